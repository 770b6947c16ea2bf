//! The bridge as Python sees it.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::Status;
use crate::python::PythonError;
use crate::python::convert;

use super::call::CallState;
use super::handler::{Handler, Runs};
use super::inbound_call::InboundCall;
use super::lookup::LookupRequest;
use super::notice::Notice;
use super::queue::Bridge;

/// Where calls from Rust wait for Python.
#[pyclass(frozen, name = "Bridge", module = "spikard._spikard")]
pub(crate) struct PyBridge(pub(crate) Arc<Bridge>);

/// A handler that is asked for by name.
#[pyclass(frozen, module = "spikard._spikard")]
pub(crate) struct Lookup(LookupRequest);

/// The call, its id, the index of its handler, the request.
type Started<'py> = (Bound<'py, InboundCall>, u64, usize, Bound<'py, PyAny>);
type Drained<'py> = (
    Bound<'py, PyList>,
    Vec<u64>,
    Vec<u64>,
    Bound<'py, PyList>,
    bool,
);
type Taken<'py> = (Bound<'py, InboundCall>, u64, usize, Bound<'py, PyAny>, bool);

#[pymethods]
impl PyBridge {
    fn fileno(&self) -> i32 {
        self.0.fd()
    }

    fn drain<'py>(&self, py: Python<'py>) -> PyResult<Drained<'py>> {
        let drained = self.0.drain();
        let calls = PyList::empty(py);
        for call in drained.calls {
            if let Some(started) = start(py, call) {
                calls.append(started)?;
            }
        }
        let lookups = PyList::empty(py);
        for lookup in drained.lookups {
            lookups.append(Bound::new(py, Lookup(lookup))?)?;
        }
        Ok((
            calls,
            drained.cancels,
            drained.wakes,
            lookups,
            drained.closed,
        ))
    }

    fn take<'py>(&self, py: Python<'py>) -> Option<Taken<'py>> {
        let mut wanted = false;
        loop {
            // Waiting holds neither the interpreter nor, once it returns, the lock of the queue.
            let taken = py.detach(|| self.0.take())?;
            wanted |= taken.grow;
            if let Some((call, id, handler, request)) = start(py, taken.call) {
                return Some((call, id, handler, request, wanted));
            }
        }
    }

    /// The numbers of what is done, and lines for the log.
    fn notices(&self) -> (Vec<u64>, Vec<(u8, &'static str, String)>) {
        let mut done = Vec::new();
        let mut lines = Vec::new();
        for notice in self.0.notices() {
            match notice {
                Notice::Done(token) => done.push(token),
                Notice::Log(level, target, text) => lines.push((level, target, text)),
            }
        }
        (done, lines)
    }

    fn add_first_worker(&self) -> bool {
        self.0.add_first_worker()
    }

    fn worker_lost(&self) {
        self.0.worker_lost();
    }
}

/// Makes the Python request of a call; `None` when it was given up, or cannot be made.
fn start(py: Python<'_>, call: Arc<CallState>) -> Option<Started<'_>> {
    if !call.is_awaited() {
        return None;
    }
    let request = convert::request(py, call.start()?, call.answer);
    let made = request.and_then(|request| {
        let inbound = Bound::new(py, InboundCall(call.clone()))?;
        Ok((inbound, call.id, call.handler.index, request))
    });
    made.inspect_err(|error| {
        tracing::error!(%error, "a request could not be made for Python");
        call.finish(Err(Status::internal(
            "the request could not be made for Python",
        )));
    })
    .ok()
}

#[pymethods]
impl Lookup {
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    fn resolve(&self, index: usize, on_loop: bool) {
        let runs = if on_loop { Runs::OnLoop } else { Runs::InPool };
        self.0.answer(Ok(Handler { index, runs }));
    }

    fn refuse(&self, fault: &str, text: String) {
        self.0.answer(Err(PythonError::refused(fault, text)));
    }
}
