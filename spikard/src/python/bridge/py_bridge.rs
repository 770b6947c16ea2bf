//! The Python object of the bridge.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use pyo3::exceptions::PyMemoryError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::Status;
use crate::call::refusal;
use crate::python::PythonError;
use crate::python::convert::{self, Layout};

use super::call::CallState;
use super::call_drain::CallDrain;
use super::handler::{Found, Handler, Runs};
use super::inbound_call::InboundCall;
use super::lookup::LookupRequest;
use super::notice::Notice;
use super::shared::Bridge;

/// The queues from which Python takes calls.
#[pyclass(frozen, name = "Bridge", module = "spikard._spikard")]
pub(crate) struct PyBridge(pub(crate) Arc<Bridge>);

/// A lookup of a handler by name.
#[pyclass(frozen, module = "spikard._spikard")]
pub(crate) struct Lookup(LookupRequest);

/// The call, its id, the index of its handler, the request.
type Started<'py> = (Bound<'py, InboundCall>, u64, usize, Bound<'py, PyAny>);

/// What one drain returns. In Python it is a tuple in this order, the cheapest form: every call pays for it.
struct Burst<'py> {
    calls: Bound<'py, PyList>,
    cancels: Vec<u64>,
    wakes: Vec<u64>,
    lookups: Bound<'py, PyList>,
    closed: bool,
}

impl<'py> IntoPyObject<'py> for Burst<'py> {
    type Target = PyTuple;
    type Output = Bound<'py, PyTuple>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let Self {
            calls,
            cancels,
            wakes,
            lookups,
            closed,
        } = self;
        (calls, cancels, wakes, lookups, closed).into_pyobject(py)
    }
}

#[pymethods]
impl PyBridge {
    fn fileno(&self) -> i32 {
        self.0.wake.fd()
    }

    fn drain<'py>(&self, py: Python<'py>) -> Burst<'py> {
        // Allocated before anything is taken from the queue: a failure then loses nothing.
        let (calls, lookups) = (PyList::empty(py), PyList::empty(py));
        let drained = self.0.drain();
        for call in drained.calls {
            start(py, call, |started| calls.append(started));
        }
        for lookup in drained.lookups {
            let made = caught(|| lookups.append(Bound::new(py, Lookup(lookup))?));
            if let Err(error) = made {
                tracing::error!(%error, "a lookup of a handler was lost on its way to Python");
            }
        }
        Burst {
            calls,
            cancels: drained.cancels,
            wakes: drained.wakes,
            lookups,
            closed: drained.closed,
        }
    }

    fn take<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyTuple>> {
        loop {
            // The wait holds neither the GIL nor, once it returns, the lock of the queue.
            let taken = py.detach(|| self.0.pool.take())?;
            let started = start(py, taken.call, |(call, id, handler, request)| {
                (call, id, handler, request, taken.grow).into_pyobject(py)
            });
            match started {
                Some(started) => return Some(started),
                // The thread that was counted for it is not started.
                None if taken.grow => self.0.pool.lost(),
                None => {}
            }
        }
    }

    /// The tokens of what is done, and log records.
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

    fn notify_of_drain(&self, drain: &CallDrain) -> bool {
        drain.notify(&self.0)
    }

    fn add_first_worker(&self) -> bool {
        self.0.pool.add_first()
    }

    fn worker_lost(&self) {
        self.0.pool.lost();
    }
}

/// Creates the Python request of a call and hands both over. `None` if the call was cancelled, or failed because they
/// could not be created.
fn start<'py, T>(
    py: Python<'py>,
    call: Arc<CallState>,
    hand_over: impl FnOnce(Started<'py>) -> PyResult<T>,
) -> Option<T> {
    if !call.is_awaited() {
        return None;
    }
    let request = call.start()?;
    let mut inbound = None;
    let handed_over = caught(|| {
        // Created first: dropping it answers the call, whatever fails after this.
        let inbound = inbound.insert(Bound::new(py, InboundCall(call.clone()))?);
        let request = convert::request(py, request, call.handler.layout, inbound.as_any())?;
        hand_over((inbound.clone(), call.id, call.handler.index, request))
    });
    handed_over
        .inspect_err(|error| {
            tracing::error!(%error, "the Python object of a request could not be created");
            call.finish(Err(if error.is_instance_of::<PyMemoryError>(py) {
                refusal::no_memory()
            } else {
                Status::internal("the Python object of the request could not be created")
            }));
        })
        .ok()
}

/// One step of a batch. PyO3 panics where Python has no memory for an object, which would lose the rest of the batch.
fn caught<T>(step: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|_| {
        Err(PyMemoryError::new_err(
            "a Python object could not be made; the panic before this says where",
        ))
    })
}

#[pymethods]
impl Lookup {
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    fn resolve(
        &self,
        index: usize,
        on_loop: bool,
        layout: Layout,
        takes: Option<convert::MessageClass>,
    ) -> PyResult<()> {
        let runs = if on_loop { Runs::OnLoop } else { Runs::InPool };
        let takes = takes.map(convert::MessageClass::read).transpose()?;
        let handler = Handler {
            index,
            runs,
            layout,
        };
        self.0.answer(Ok(Found { handler, takes }));
        Ok(())
    }

    fn refuse(&self, fault: &str, text: String) {
        self.0.answer(Err(PythonError::refused(fault, text)));
    }
}
