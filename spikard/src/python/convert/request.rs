//! From a request to its Python object.

use std::time::Instant;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyList, PyString, PyTuple};

use crate::Call;

use super::answer::Answer;
use super::classes;
use super::column::Column;
use super::copied::Copied;
use super::for_python::ForPython;
use super::inbound::{Inbound, Messages};
use super::joined::Joined;
use super::layout::Layout;

/// The Python request, whose `call` is made of the handle when it is asked for. Those of its messages that are a list have
/// the layout that its handler takes.
pub(crate) fn request<'py>(
    py: Python<'py>,
    inbound: Inbound,
    layout: Layout,
    handle: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let fields = PyDict::new(py);
    let service = PyString::new(py, &inbound.service_name);
    fields.set_item(intern!(py, "service_name"), service)?;
    let method = PyString::new(py, &inbound.method_name);
    fields.set_item(intern!(py, "method_name"), method)?;
    let metadata = inbound.metadata.into_python(py)?;
    fields.set_item(intern!(py, "metadata"), metadata)?;
    fields.set_item(intern!(py, "call"), handle)?;
    let class = classes::request(py, inbound.kind)?;
    match inbound.messages {
        Messages::One(message) => class.call((Copied(message),), Some(&fields)),
        Messages::List(messages) => match layout {
            // Each message is freed as soon as it is copied. With several arenas, resident memory may still reach twice
            // the payload: glibc keeps freed memory in the arena of the thread that received it.
            Layout::List => {
                let list = PyList::new(py, messages.into_iter().map(Copied))?;
                class.call((list,), Some(&fields))
            }
            Layout::Joined => class.call((Joined(messages),), Some(&fields)),
            Layout::Column => class.call((Column(messages),), Some(&fields)),
        },
        // Python adds its end of the stream.
        Messages::Stream(_) => class.call((), Some(&fields)),
    }
}

/// What the Python `Call` is made of, in the order of its fields: when a handler asks for it. It says through `drain`
/// whether the server drains.
pub(crate) fn call_fields<'py>(
    py: Python<'py>,
    call: &Call,
    answer: Answer,
    drain: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyTuple>> {
    let peer = call.peer().map(|peer| peer.to_string());
    let deadline = match call.deadline() {
        Some(deadline) => Some(on_python_clock(py, deadline)?),
        None => None,
    };
    let certificates = certificates(py, call)?;
    let compressed = compressed(py, call)?;
    let metadata = if answer == Answer::Stream {
        classes::writable(py)?.call0()?
    } else {
        classes::buffered(py)?.clone()
    };
    #[cfg(feature = "orca")]
    let recorder = super::load::recorder(call);
    #[cfg(not(feature = "orca"))]
    let recorder = None::<()>;
    let extensions = extensions(py, call)?;
    let fields = (
        peer,
        deadline,
        certificates,
        compressed,
        extensions,
        drain,
        metadata,
        recorder,
    );
    fields.into_pyobject(py)
}

/// The indices of the messages that the client compressed.
fn compressed<'py>(py: Python<'py>, call: &Call) -> PyResult<Bound<'py, PyFrozenSet>> {
    let flags = call.compressed().iter();
    let indices = flags.enumerate().filter(|(_, flag)| **flag);
    PyFrozenSet::new(py, indices.map(|(index, _)| index))
}

/// What a layer has left for Python.
fn extensions<'py>(py: Python<'py>, call: &Call) -> PyResult<Bound<'py, PyDict>> {
    let copied = PyDict::new(py);
    if let Some(texts) = call.extensions().get::<ForPython>() {
        for (name, text) in texts.iter() {
            copied.set_item(name, text)?;
        }
    }
    Ok(copied)
}

/// The client's certificate chain in DER, leaf first.
#[cfg(feature = "tls")]
fn certificates<'py>(py: Python<'py>, call: &Call) -> PyResult<Bound<'py, PyTuple>> {
    PyTuple::new(py, call.peer_certs().iter().map(Copied))
}

#[cfg(not(feature = "tls"))]
fn certificates<'py>(py: Python<'py>, _: &Call) -> PyResult<Bound<'py, PyTuple>> {
    Ok(PyTuple::empty(py))
}

/// An instant in seconds of `time.monotonic`, whose clock depends on the platform.
fn on_python_clock(py: Python<'_>, instant: Instant) -> PyResult<f64> {
    let now = py
        .import(intern!(py, "time"))?
        .call_method0(intern!(py, "monotonic"))?
        .extract::<f64>()?;
    let here = Instant::now();
    let ahead = instant.saturating_duration_since(here).as_secs_f64();
    let behind = here.saturating_duration_since(instant).as_secs_f64();
    Ok(now + ahead - behind)
}
