//! The extension module of the Python package `spikard`: registration only.

use pyo3::prelude::*;

/// The native module `spikard._spikard`.
#[pymodule(gil_used = true)]
fn _spikard(module: &Bound<'_, PyModule>) -> PyResult<()> {
    spikard::python::extension::register(module)
}
