//! The calls that have ended, on their way to Python: for its access log and OpenTelemetry's metrics.

use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;

use crate::python::lock::lock;
use crate::stats::{BYTES, EndedCall, SECONDS, Watch, code_name, is_standard};

/// Those that wait to be fetched. While Python is held nobody fetches them, and clients cause them.
const MOST: usize = 10_000;

/// As many are fetched without waiting for more.
const MANY: usize = 1_000;

/// A thread that takes the GIL for each call would cost more than its line.
const TOGETHER: Duration = Duration::from_millis(50);

/// A call that has ended.
#[pyclass(frozen, get_all, name = "EndedCall", module = "spikard._spikard")]
pub(crate) struct PyEndedCall {
    method: String,
    path: Option<String>,
    peer: Option<String>,
    code: &'static str,
    limit: Option<&'static str>,
    received_messages: u64,
    received_bytes: u64,
    sent_messages: u64,
    sent_bytes: u64,
    duration: f64,
    buffered: f64,
    queued: f64,
    handled: f64,
    standard: bool,
}

/// What waits: as small as it can be.
struct Ended {
    method: Arc<str>,
    path: Option<Box<str>>,
    peer: Option<SocketAddr>,
    code: &'static str,
    limit: Option<&'static str>,
    received: [u64; 2],
    sent: [u64; 2],
    times: [Duration; 4],
}

#[derive(Default)]
struct State {
    waiting: Vec<Ended>,
    lost: u64,
    closed: bool,
}

/// Bounded: the first that there is no room for are counted, and left out.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

impl Queue {
    fn push(&self, call: Ended) {
        let mut state = lock(&self.state);
        if state.closed {
            return;
        }
        if state.waiting.len() == MOST {
            state.lost += 1;
            return;
        }
        state.waiting.push(call);
        if matches!(state.waiting.len(), 1 | MANY) {
            drop(state);
            self.changed.notify_one();
        }
    }

    /// Waits for calls. `None` after the close, once all have been fetched.
    fn take(&self) -> Option<(Vec<Ended>, u64)> {
        let state = lock(&self.state);
        let empty = |state: &mut State| state.waiting.is_empty() && !state.closed;
        let state = self.changed.wait_while(state, empty);
        let state = state.unwrap_or_else(PoisonError::into_inner);
        let few = |state: &mut State| state.waiting.len() < MANY && !state.closed;
        let waited = self.changed.wait_timeout_while(state, TOGETHER, few);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if state.waiting.is_empty() {
            return None;
        }
        let lost = std::mem::take(&mut state.lost);
        Some((std::mem::take(&mut state.waiting), lost))
    }

    pub(super) fn close(&self) {
        lock(&self.state).closed = true;
        self.changed.notify_all();
    }
}

/// Puts calls into the queue.
pub(super) struct ToPython(pub(super) Arc<Queue>);

impl Watch for ToPython {
    fn ended(&self, call: &EndedCall<'_>) {
        self.0.push(Ended {
            method: call.method.clone(),
            path: call.path.map(Into::into),
            peer: call.peer,
            code: code_name(call.code),
            limit: call.limit.map(|limit| limit.name()),
            received: [call.received.messages, call.received.bytes],
            sent: [call.sent.messages, call.sent.bytes],
            times: [
                call.times.total,
                call.times.buffered,
                call.times.queued,
                call.times.handled,
            ],
        });
    }
}

/// The queue, as a thread of Python fetches from it.
#[pyclass(frozen, name = "EndedCalls", module = "spikard._spikard")]
pub(crate) struct PyEndedCalls(pub(super) Arc<Queue>);

#[pymethods]
impl PyEndedCalls {
    /// The bounds of histograms of times, in seconds, and of sizes, in bytes.
    #[getter]
    fn bounds(&self) -> (Vec<f64>, Vec<f64>) {
        (SECONDS.to_vec(), BYTES.to_vec())
    }

    /// Waits for calls, and says how many were lost; `None` when the server has been closed and no more will come.
    fn take(&self, py: Python<'_>) -> Option<(Vec<PyEndedCall>, u64)> {
        let (calls, lost) = py.detach(|| self.0.take())?;
        Some((calls.into_iter().map(PyEndedCall::from).collect(), lost))
    }

    /// No more calls come.
    fn close(&self) {
        self.0.close();
    }
}

impl From<Ended> for PyEndedCall {
    fn from(call: Ended) -> Self {
        let [duration, buffered, queued, handled] = call.times.map(|time| time.as_secs_f64());
        Self {
            standard: is_standard(&call.method),
            method: call.method.as_ref().to_owned(),
            path: call.path.map(Into::into),
            peer: call.peer.map(|peer| peer.to_string()),
            code: call.code,
            limit: call.limit,
            received_messages: call.received[0],
            received_bytes: call.received[1],
            sent_messages: call.sent[0],
            sent_bytes: call.sent[1],
            duration,
            buffered,
            queued,
            handled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended() -> Ended {
        Ended {
            method: "a/B".into(),
            path: None,
            peer: None,
            code: "OK",
            limit: None,
            received: [0; 2],
            sent: [0; 2],
            times: [Duration::ZERO; 4],
        }
    }

    #[test]
    fn calls_that_nobody_fetches_are_bounded() {
        let queue = Queue::default();
        for _ in 0..MOST + 7 {
            queue.push(ended());
        }
        let (calls, lost) = queue.take().unwrap();
        assert_eq!((calls.len(), lost), (MOST, 7));
        queue.push(ended());
        queue.close();
        let (calls, lost) = queue.take().unwrap();
        assert_eq!((calls.len(), lost), (1, 0));
        assert!(queue.take().is_none());
    }
}
