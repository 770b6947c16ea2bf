//! The Python object of a response inside the process.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use tonic::metadata::MetadataMap;

use crate::python::convert::{Copied, ReceivedMetadata};

use super::carried::Answered;

/// The response to a call inside the process.
#[pyclass(frozen, get_all, name = "Answered", module = "spikard._spikard")]
pub(crate) struct PyAnswered {
    code: i32,
    message: String,
    details: Py<PyBytes>,
    metadata: Py<PyAny>,
    trailers: Py<PyAny>,
    messages: Py<PyList>,
}

impl PyAnswered {
    pub(super) fn shown(py: Python<'_>, answered: Answered) -> PyResult<Self> {
        let status = answered.status;
        Ok(Self {
            code: i32::from(status.code()),
            message: status.message().to_owned(),
            details: Copied(status.details()).into_pyobject(py)?.unbind(),
            metadata: received(py, answered.metadata)?.unbind(),
            trailers: received(py, answered.trailers)?.unbind(),
            messages: PyList::new(py, answered.messages.into_iter().map(Copied))?.unbind(),
        })
    }
}

/// The Python `Metadata` of what a server has sent.
pub(super) fn received(py: Python<'_>, metadata: MetadataMap) -> PyResult<Bound<'_, PyAny>> {
    ReceivedMetadata::decode(metadata).into_python(py)
}
