//! The native module `spikard._spikard` of the wheel.

use pyo3::prelude::*;

use super::bridge;
#[cfg(feature = "metrics")]
use super::serving::MetricsPage;
use super::serving::{
    Ending, PyAnswered, PyDialogue, PyEndedCall, PyEndedCalls, PyServer, one_arena,
};

/// Registers the classes and functions of `module`.
///
/// # Errors
///
/// The exception that Python raises if a class cannot be created.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    bridge::register(module)?;
    module.add_class::<PyServer>()?;
    module.add_class::<PyAnswered>()?;
    module.add_class::<PyDialogue>()?;
    module.add_class::<Ending>()?;
    module.add_class::<PyEndedCall>()?;
    module.add_class::<PyEndedCalls>()?;
    #[cfg(feature = "metrics")]
    module.add_class::<MetricsPage>()?;
    module.add_function(wrap_pyfunction!(one_arena, module)?)
}
