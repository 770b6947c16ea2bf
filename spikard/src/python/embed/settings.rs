//! What the embedded interpreter is started with.

use std::path::PathBuf;

use crate::python::bridge::BridgeLimits;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) virtual_env: Option<PathBuf>,
    pub(super) paths: Vec<PathBuf>,
    pub(super) limits: BridgeLimits,
}
