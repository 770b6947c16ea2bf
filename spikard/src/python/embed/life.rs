//! The life cycle of the interpreter, for threads that wait for it.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::python::PythonError;
use crate::python::lock::{lock, unpoisoned};

#[derive(Debug, Default)]
pub(super) struct Life {
    phase: Mutex<Phase>,
    changed: Condvar,
}

#[derive(Clone, Debug, Default)]
pub(super) enum Phase {
    #[default]
    Starting,
    Running,
    /// The start failed.
    Failed(PythonError),
    Ended {
        /// Whether every task and thread had ended.
        clean: bool,
    },
}

impl Life {
    pub(super) fn enter(&self, phase: Phase) {
        *lock(&self.phase) = phase;
        self.changed.notify_all();
    }

    /// Waits until the interpreter runs or its start has failed.
    pub(super) fn wait_until_started(&self) -> Phase {
        let mut phase = lock(&self.phase);
        while matches!(*phase, Phase::Starting) {
            phase = unpoisoned(self.changed.wait(phase));
        }
        phase.clone()
    }

    /// Waits until the interpreter has ended. Returns whether it ended cleanly.
    pub(super) fn wait_until_ended(&self, within: Duration) -> bool {
        let deadline = Instant::now() + within;
        let mut phase = lock(&self.phase);
        loop {
            match *phase {
                Phase::Failed(_) => return true,
                Phase::Ended { clean } => return clean,
                Phase::Starting | Phase::Running => {}
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            (phase, _) = unpoisoned(self.changed.wait_timeout(phase, left));
        }
    }
}
