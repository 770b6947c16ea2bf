//! The queue of the thread pool for `def` handlers.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::python::lock::{lock, unpoisoned};

use super::call::CallState;
use super::process::Process;
use super::waiting::Waiting;

/// A call that waits for longer than this is worth a warning.
const LONG: Duration = Duration::from_secs(1);

const WARN_EVERY: Duration = Duration::from_secs(10);

/// Calls, oldest first, and the threads that wait for them.
pub(super) struct PoolQueue {
    state: Mutex<State>,
    changed: Condvar,
    most_threads: usize,
    process: Process,
}

#[derive(Default)]
struct State {
    calls: Waiting,
    threads: usize,
    waiting: usize,
    /// When it was last said that calls wait.
    warned: Option<Instant>,
    /// Since when calls have come and no thread has taken one, though some may have been given up.
    untaken: Option<Instant>,
    closed: bool,
}

/// A call, and whether the pool should start one more thread.
pub(super) struct Taken {
    pub(super) call: Arc<CallState>,
    pub(super) grow: bool,
}

impl State {
    /// How long the oldest call has waited, if it is long and has not just been said.
    fn stuck(&mut self) -> Option<Duration> {
        let waited = self.calls.oldest()?.submitted.elapsed();
        let said = self.warned.is_some_and(|at| at.elapsed() < WARN_EVERY);
        if waited < LONG || said {
            return None;
        }
        self.warned = Some(Instant::now());
        Some(waited)
    }
}

impl PoolQueue {
    pub(super) fn new(most_threads: Option<usize>) -> Self {
        // The default of Python's `ThreadPoolExecutor`.
        let cpus = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            most_threads: most_threads.unwrap_or(32.min(cpus + 4)),
            process: Process::current(),
        }
    }

    pub(super) fn push(&self, call: Arc<CallState>) {
        let mut state = lock(&self.state);
        if !state.closed {
            let stuck = state.stuck();
            state.calls.push(call);
            if state.waiting == 0 {
                state.untaken.get_or_insert_with(Instant::now);
            }
            let (threads, calls) = (state.threads, state.calls.len());
            drop(state);
            if let Some(waited) = stuck {
                tracing::warn!(
                    "all {threads} threads for def handlers are busy, {calls} calls wait, the oldest for {waited:?}: \
                     raise threads or add workers"
                );
            }
            self.changed.notify_one();
        }
    }

    /// The calls that wait for a thread.
    pub(super) fn len(&self) -> usize {
        lock(&self.state).calls.len()
    }

    /// How long the oldest call has waited, or calls that were given up have for a thread.
    pub(super) fn held(&self) -> Duration {
        let state = lock(&self.state);
        let oldest = state.calls.oldest().map(|call| call.submitted);
        let since = oldest.into_iter().chain(state.untaken).min();
        since.map(|since| since.elapsed()).unwrap_or_default()
    }

    /// Takes out a call that nobody waits for any more.
    pub(super) fn remove(&self, id: u64) {
        let removed = lock(&self.state).calls.remove(id);
        drop(removed);
    }

    /// Waits for a call. `None` when the queue is closed, and in a forked child that leaves a handler: nothing would
    /// ever wake it.
    pub(super) fn take(&self) -> Option<Taken> {
        if self.process.is_parent() {
            return None;
        }
        let mut state = lock(&self.state);
        loop {
            if state.closed {
                return None;
            }
            state.untaken = None;
            if let Some(call) = state.calls.pop() {
                if state.waiting == 0 && !state.calls.is_empty() {
                    state.untaken = Some(Instant::now());
                }
                // One thread always stays idle, because only an idle thread can start another.
                let grow = state.waiting == 0 && state.threads < self.most_threads;
                if grow {
                    state.threads += 1;
                }
                return Some(Taken { call, grow });
            }
            state.waiting += 1;
            state = unpoisoned(self.changed.wait(state));
            state.waiting -= 1;
        }
    }

    /// Whether to start the first thread now.
    pub(super) fn add_first(&self) -> bool {
        let mut state = lock(&self.state);
        let first = state.threads == 0 && !state.closed;
        if first {
            state.threads = 1;
        }
        first
    }

    /// Uncounts a thread that could not be started.
    pub(super) fn lost(&self) {
        let mut state = lock(&self.state);
        state.threads = state.threads.saturating_sub(1);
    }

    pub(super) fn close(&self) {
        let calls = {
            let mut state = lock(&self.state);
            state.closed = true;
            std::mem::take(&mut state.calls)
        };
        drop(calls);
        self.changed.notify_all();
    }
}
