//! The classes of `spikard.grpc`, each imported once.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use super::answer::Answer;

type Class = PyOnceLock<Py<PyType>>;

/// The class of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    One,
    ClientStream,
    BidiStream,
    Duplex,
}

/// What the `Call` of a buffered response has in place of writable metadata.
pub(super) fn buffered(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static BUFFERED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    BUFFERED.import(py, "spikard.grpc._call", "SET_IN_THE_RESPONSE")
}

/// What the `Call` of a streaming response has: its metadata can be set.
pub(super) fn writable(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static WRITABLE: Class = PyOnceLock::new();
    WRITABLE.import(py, "spikard.grpc._response_metadata", "ResponseMetadata")
}

pub(super) fn grpc_error(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static GRPC_ERROR: Class = PyOnceLock::new();
    class(py, &GRPC_ERROR, "GrpcError")
}

fn class<'py>(
    py: Python<'py>,
    cell: &'static Class,
    name: &str,
) -> PyResult<&'py Bound<'py, PyType>> {
    cell.import(py, "spikard.grpc", name)
}

pub(super) fn metadata(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static METADATA: Class = PyOnceLock::new();
    class(py, &METADATA, "Metadata")
}

pub(super) fn request(py: Python<'_>, kind: RequestKind) -> PyResult<&Bound<'_, PyType>> {
    static ONE: Class = PyOnceLock::new();
    static CLIENT_STREAM: Class = PyOnceLock::new();
    static BIDI_STREAM: Class = PyOnceLock::new();
    static DUPLEX: Class = PyOnceLock::new();
    match kind {
        RequestKind::One => class(py, &ONE, "GrpcRequest"),
        RequestKind::ClientStream => class(py, &CLIENT_STREAM, "GrpcClientStreamRequest"),
        RequestKind::BidiStream => class(py, &BIDI_STREAM, "GrpcBidiStreamRequest"),
        RequestKind::Duplex => class(py, &DUPLEX, "GrpcDuplexRequest"),
    }
}

pub(super) fn response(py: Python<'_>, answer: Answer) -> PyResult<&Bound<'_, PyType>> {
    static ONE: Class = PyOnceLock::new();
    static SERVER_STREAM: Class = PyOnceLock::new();
    static BIDI_STREAM: Class = PyOnceLock::new();
    static STREAM: Class = PyOnceLock::new();
    let cell = match answer {
        Answer::One => &ONE,
        Answer::ServerStream => &SERVER_STREAM,
        Answer::BidiStream => &BIDI_STREAM,
        Answer::Stream => &STREAM,
    };
    class(py, cell, answer.class_name())
}
