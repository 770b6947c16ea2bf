//! A call inside the process, as Python gives and takes it.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use tonic::metadata::MetadataMap;

use crate::python::convert::{Copied, ReceivedMetadata, append_metadata};

use super::in_process::Answered;

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

/// The metadata of a request.
pub(super) fn pairs(metadata: &Bound<'_, PyList>) -> PyResult<MetadataMap> {
    let mut sent = MetadataMap::new();
    for pair in metadata {
        let (key, value) = pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
        append_metadata(&mut sent, &key, &value)?;
    }
    Ok(sent)
}

/// A response, for Python.
pub(super) fn shown(py: Python<'_>, answered: Answered) -> PyResult<PyAnswered> {
    let received = |map: MetadataMap| -> PyResult<Py<PyAny>> {
        Ok(ReceivedMetadata::decode(map).into_python(py)?.unbind())
    };
    let status = answered.status;
    Ok(PyAnswered {
        code: i32::from(status.code()),
        message: status.message().to_owned(),
        details: Copied(status.details()).into_pyobject(py)?.unbind(),
        metadata: received(answered.metadata)?,
        trailers: received(answered.trailers)?,
        messages: PyList::new(py, answered.messages.into_iter().map(Copied))?.unbind(),
    })
}
