//! The part of the native module that embedded interpreters and the wheel share.

use pyo3::prelude::*;

use crate::MAX_STREAM_MESSAGES;

use super::inbound_call::InboundCall;
use super::py_bridge::{Lookup, PyBridge};

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("MAX_STREAM_MESSAGES", MAX_STREAM_MESSAGES)?;
    module.add_class::<PyBridge>()?;
    module.add_class::<InboundCall>()?;
    module.add_class::<Lookup>()
}
