//! Where the interpreter is in its life, for those who wait for it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::python::PythonError;

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
    /// It never ran.
    Failed(PythonError),
    Ended {
        /// Whether nothing was left behind in it.
        clean: bool,
    },
}

impl Life {
    pub(super) fn enter(&self, phase: Phase) {
        *self.phase() = phase;
        self.changed.notify_all();
    }

    /// Waits until the start has succeeded or failed.
    pub(super) fn wait_until_started(&self) -> Phase {
        let mut phase = self.phase();
        while matches!(*phase, Phase::Starting) {
            phase = self
                .changed
                .wait(phase)
                .unwrap_or_else(PoisonError::into_inner);
        }
        phase.clone()
    }

    /// Waits until the interpreter has ended; answers whether it did so cleanly.
    pub(super) fn wait_until_ended(&self, within: Duration) -> bool {
        let deadline = Instant::now() + within;
        let mut phase = self.phase();
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
            let (next, _) = self
                .changed
                .wait_timeout(phase, left)
                .unwrap_or_else(PoisonError::into_inner);
            phase = next;
        }
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
