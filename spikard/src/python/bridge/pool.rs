//! The queue of the thread pool for `def` handlers.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};

use crate::python::lock::{lock, unpoisoned};

use super::call::CallState;
use super::process::Process;

/// Calls, oldest first, and the threads that wait for them.
pub(super) struct PoolQueue {
    state: Mutex<State>,
    changed: Condvar,
    most_threads: usize,
    process: Process,
}

#[derive(Default)]
struct State {
    calls: VecDeque<Arc<CallState>>,
    threads: usize,
    waiting: usize,
    closed: bool,
}

/// A call, and whether the pool should start one more thread.
pub(super) struct Taken {
    pub(super) call: Arc<CallState>,
    pub(super) grow: bool,
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
            state.calls.push_back(call);
            drop(state);
            self.changed.notify_one();
        }
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
            if let Some(call) = state.calls.pop_front() {
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
