//! The form in which the messages of a buffered stream come to Python.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The form in which a handler takes the messages of a buffered stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A list of `bytes`.
    List,
    /// One `bytes`, a message of protobuf that repeats them.
    Joined,
    /// A list of pieces of a binary column.
    Column,
}

/// As Python's `Layout` spells it.
impl<'py> FromPyObject<'_, 'py> for Layout {
    type Error = PyErr;

    fn extract(name: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match name.extract::<&str>()? {
            "list" => Ok(Self::List),
            "joined" => Ok(Self::Joined),
            "column" => Ok(Self::Column),
            other => Err(PyValueError::new_err(format!(
                "{other:?} is not a layout of messages"
            ))),
        }
    }
}
