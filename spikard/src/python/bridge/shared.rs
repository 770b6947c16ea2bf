//! `Bridge`: the queue of the event loop, the calls in flight, and the shutdown.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::Status;
use crate::call::refusal;
use crate::python::convert::{Answer, Inbound};
use crate::python::lock::lock;
use crate::python::{PythonError, PythonErrorKind};

use super::call::{CallState, Outcome};
use super::handler::{Handler, Handlers, Runs};
use super::lookup::LookupRequest;
use super::notice::Notice;
use super::pool::PoolQueue;
use super::process::Process;
use super::queue::{Drained, Queue};
use super::wake::Wake;

const FORKED: &str =
    "this process was forked after Python was started, so Python does not run in it";

/// What a bridge is created with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BridgeLimits {
    /// Threads for `def` handlers; `None` is Python's own default.
    pub(crate) threads: Option<usize>,
    /// Calls that wait for the loop, and as many for a thread.
    pub(crate) max_waiting_calls: usize,
}

impl Default for BridgeLimits {
    fn default() -> Self {
        Self {
            threads: None,
            max_waiting_calls: 10_000,
        }
    }
}

pub(crate) struct Bridge {
    state: Mutex<State>,
    pub(super) wake: Wake,
    pub(super) pool: PoolQueue,
    pub(super) handlers: Handlers,
    max_waiting_calls: usize,
    /// A forked child has none of the threads.
    process: Process,
}

#[derive(Default)]
struct State {
    queue: Queue,
    /// The calls in flight, which are answered when Python stops.
    calls: HashMap<u64, Arc<CallState>>,
    last_id: u64,
    closed: Option<Closed>,
}

/// For how long calls have waited for Python.
#[derive(Clone, Copy)]
pub(crate) struct Held {
    pub(crate) by_loop: Duration,
    pub(crate) by_pool: Duration,
}

#[derive(Clone, Debug)]
struct Closed {
    text: &'static str,
    error: PythonError,
}

impl Closed {
    fn status(&self) -> Status {
        match self.error.kind() {
            PythonErrorKind::Stopped => refusal::ending(self.text),
            // Where Python could not be started, waiting does not help.
            _ => Status::unavailable(self.text),
        }
    }
}

impl Bridge {
    pub(crate) fn new(limits: BridgeLimits) -> io::Result<Self> {
        Ok(Self {
            state: Mutex::default(),
            wake: Wake::new()?,
            pool: PoolQueue::new(limits.threads),
            max_waiting_calls: limits.max_waiting_calls,
            handlers: Handlers::default(),
            process: Process::current(),
        })
    }

    /// Puts a call in the queue of its handler.
    pub(super) fn submit(
        &self,
        handler: Handler,
        answer: Answer,
        request: Inbound,
    ) -> Result<(Arc<CallState>, oneshot::Receiver<Outcome>), Status> {
        if self.is_forked() {
            return Err(Status::unavailable(FORKED));
        }
        let mut state = lock(&self.state);
        if let Some(closed) = &state.closed {
            return Err(closed.status());
        }
        let waiting = match handler.runs {
            Runs::OnLoop => state.queue.calls.len(),
            Runs::InPool => self.pool.len(),
        };
        if waiting >= self.max_waiting_calls {
            return Err(refusal::waiting_calls(waiting, self.max_waiting_calls));
        }
        state.last_id += 1;
        let (call, receiver) = CallState::new(state.last_id, handler, answer, request);
        state.calls.insert(call.id, call.clone());
        match handler.runs {
            Runs::OnLoop => {
                state.queue.calls.push(call.clone());
                self.release_and_wake(state);
            }
            Runs::InPool => {
                drop(state);
                self.pool.push(call.clone());
            }
        }
        Ok((call, receiver))
    }

    /// The calls that wait for Python: for the loop, and for a thread.
    pub(crate) fn waiting(&self) -> u64 {
        let for_loop = lock(&self.state).queue.calls.len();
        (for_loop + self.pool.len()) as u64
    }

    /// The calls that wait for Python, of those that may: for the loop or for a thread, whichever are more.
    #[cfg(feature = "orca")]
    pub(crate) fn utilization(&self) -> f64 {
        let for_loop = lock(&self.state).queue.calls.len();
        for_loop.max(self.pool.len()) as f64 / self.max_waiting_calls.max(1) as f64
    }

    /// Removes a call, and tells Python to cancel it if asked to.
    pub(super) fn end(&self, id: u64, cancel: bool) {
        let mut state = lock(&self.state);
        let call = (state.calls.remove(&id), state.queue.calls.remove(id));
        if cancel && state.closed.is_none() {
            state.queue.cancels.push(id);
            self.release_and_wake(state);
        } else {
            drop(state);
        }
        drop(call);
    }

    /// The client waits no more: frees what the call holds, and cancels it in Python if it runs there.
    pub(super) fn over(&self, call: &CallState) {
        call.given_up();
        let started = call.withdraw();
        if !started && call.handler.runs == Runs::InPool {
            self.pool.remove(call.id);
        }
        let waits = call.abandon();
        let cancel = started && !call.is_finished();
        self.end(call.id, cancel);
        if waits && !cancel {
            self.wake_call(call.id);
        }
    }

    /// Tells Python that a stream of this call can be read or written again, or that its connection drains.
    pub(super) fn wake_call(&self, id: u64) {
        let mut state = lock(&self.state);
        if state.closed.is_none() {
            state.queue.wakes.push(id);
            self.release_and_wake(state);
        }
    }

    pub(super) fn push_lookup(&self, lookup: LookupRequest) -> Result<(), PythonError> {
        if self.is_forked() {
            return Err(PythonError::new(PythonErrorKind::Stopped, FORKED));
        }
        let mut state = lock(&self.state);
        if let Some(closed) = &state.closed {
            return Err(closed.error.clone());
        }
        state.queue.lookups.push(lookup);
        self.release_and_wake(state);
        Ok(())
    }

    /// Reports something to Python besides calls. A bridge that is closed gives it back.
    pub(crate) fn notify(&self, notice: Notice) -> Option<Notice> {
        let mut state = lock(&self.state);
        if state.closed.is_some() {
            return Some(notice);
        }
        state.queue.notices.push(notice);
        self.release_and_wake(state);
        None
    }

    /// Takes the notices.
    pub(super) fn notices(&self) -> Vec<Notice> {
        lock(&self.state).queue.notices.take()
    }

    /// Wakes the loop while calls are in flight. Returns for how long it has not answered a wake-up.
    pub(crate) fn ping(&self) -> Option<Duration> {
        let state = lock(&self.state);
        let waiting = state.queue.unanswered();
        if state.closed.is_some() || (state.calls.is_empty() && waiting.is_none()) {
            return None;
        }
        self.release_and_wake(state);
        Some(waiting.unwrap_or_default())
    }

    /// For how long calls have waited for Python: for the loop to answer, or for a thread.
    pub(crate) fn held(&self) -> Held {
        Held {
            by_loop: self.ping().unwrap_or_default(),
            by_pool: self.pool.held(),
        }
    }

    fn release_and_wake(&self, mut state: MutexGuard<'_, State>) {
        let wake = state.queue.wakes_loop();
        drop(state);
        if wake {
            self.wake.wake();
        }
    }

    /// Takes what the loop is to do next.
    pub(super) fn drain(&self) -> Drained {
        // Cleared before the queue is read: what comes in later wakes the loop again.
        self.wake.clear();
        let mut state = lock(&self.state);
        let closed = state.closed.is_some();
        let drained = state.queue.burst(closed);
        if state.queue.calls.is_empty() {
            drop(state);
        } else {
            self.release_and_wake(state);
        }
        drained
    }

    /// Refuses new calls, and ends those in flight with UNAVAILABLE and `text`. It does not wait and may be called from
    /// any thread; Python learns of it from its next drain.
    pub(crate) fn close(&self, text: &'static str, error: PythonError) {
        let (status, queue, calls) = {
            let mut state = lock(&self.state);
            let status = state.closed.get_or_insert(Closed { text, error }).status();
            let queue = std::mem::take(&mut state.queue);
            state.queue.wakes_loop();
            (status, queue, std::mem::take(&mut state.calls))
        };
        self.wake.wake();
        self.pool.close();
        for call in calls.into_values() {
            call.shut_down();
            call.withdraw();
            call.fail(status.clone());
            call.stop_reading();
        }
        drop(queue);
    }

    /// The error for lookups after the close.
    pub(super) fn stopped(&self) -> PythonError {
        let closed = lock(&self.state).closed.clone();
        closed.map_or_else(PythonError::stopped, |closed| closed.error)
    }

    /// Whether this process was forked from the one that created the bridge. A thread that does not exist here may hold
    /// its locks, and its wake-ups reach the parent's loop.
    pub(crate) fn is_forked(&self) -> bool {
        self.process.is_parent()
    }
}

#[cfg(test)]
#[path = "shared_tests.rs"]
mod tests;
