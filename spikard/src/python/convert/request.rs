//! From a request to the Python object: the one crossing inwards.

use std::time::Instant;

use bytes::Bytes;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};

use crate::Call;

use super::classes;
use super::inbound::{Inbound, Messages};

/// The Python request; its messages are made in one go, in a list of exactly their number.
pub(crate) fn request(py: Python<'_>, inbound: Inbound) -> PyResult<Bound<'_, PyAny>> {
    let fields = PyDict::new(py);
    let service = PyString::new(py, &inbound.service_name);
    fields.set_item(intern!(py, "service_name"), service)?;
    let method = PyString::new(py, &inbound.method_name);
    fields.set_item(intern!(py, "method_name"), method)?;
    let metadata = inbound.metadata.into_python(py)?;
    fields.set_item(intern!(py, "metadata"), metadata)?;
    if let Some(call) = call(py, &inbound.call)? {
        fields.set_item(intern!(py, "call"), call)?;
    }
    let class = classes::request(py, inbound.kind)?;
    match inbound.messages {
        Messages::One(message) => class.call((bytes(py, &message),), Some(&fields)),
        Messages::List(messages) => {
            // Each message is freed as soon as it is copied, or all would be there twice.
            let messages = messages.into_iter();
            let list = PyList::new(py, messages.map(|message| bytes(py, &message)))?;
            class.call((list,), Some(&fields))
        }
    }
}

fn bytes<'py>(py: Python<'py>, message: &Bytes) -> Bound<'py, PyBytes> {
    PyBytes::new(py, message)
}

/// The Python `Call`; `None` for one of which nothing is known.
fn call<'py>(py: Python<'py>, call: &Call) -> PyResult<Option<Bound<'py, PyAny>>> {
    if call.peer().is_none() && call.deadline().is_none() {
        return Ok(None);
    }
    let peer = call.peer().map(|peer| peer.to_string());
    let deadline = match call.deadline() {
        Some(deadline) => Some(on_python_clock(py, deadline)?),
        None => None,
    };
    classes::call(py)?.call1((peer, deadline)).map(Some)
}

/// An instant in seconds of `time.monotonic`, whatever clock that is on this platform.
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
