//! The native module `spikard._spikard`.

use pyo3::prelude::*;

use crate::MAX_STREAM_MESSAGES;

use super::bridge::{InboundCall, Lookup, PyBridge};
#[cfg(feature = "server")]
use super::serving::{Ending, PyServer, one_arena};

/// Registers everything native in `module`: the one list for the wheel's extension module and for the
/// module of an embedded interpreter.
///
/// # Errors
///
/// What Python raises when a class cannot be made.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("MAX_STREAM_MESSAGES", MAX_STREAM_MESSAGES)?;
    #[cfg(feature = "server")]
    module.add_class::<PyServer>()?;
    #[cfg(feature = "server")]
    module.add_class::<Ending>()?;
    #[cfg(feature = "server")]
    module.add_function(wrap_pyfunction!(one_arena, module)?)?;
    module.add_class::<PyBridge>()?;
    module.add_class::<InboundCall>()?;
    module.add_class::<Lookup>()
}
