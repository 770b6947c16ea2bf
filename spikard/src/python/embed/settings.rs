//! What the embedded interpreter is started with.

use std::path::PathBuf;

use crate::python::bridge::BridgeLimits;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) virtual_env: Option<PathBuf>,
    pub(super) paths: Vec<PathBuf>,
    pub(super) limits: BridgeLimits,
    /// `module:name` of a function that makes an async context manager.
    pub(super) lifespan: Option<String>,
    /// `module:name` of each, the outermost first.
    pub(super) middleware: Vec<String>,
    /// `module:name` of a mapping from exception types to status codes.
    pub(super) exceptions: Option<String>,
}
