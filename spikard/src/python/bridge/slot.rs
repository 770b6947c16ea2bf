//! A value that is taken once, by whichever thread comes first.

use std::sync::{Mutex, MutexGuard, PoisonError};

pub(super) struct Slot<T>(Mutex<Option<T>>);

impl<T> Slot<T> {
    pub(super) fn new(value: T) -> Self {
        Self(Mutex::new(Some(value)))
    }

    pub(super) fn take(&self) -> Option<T> {
        lock(&self.0).take()
    }

    /// Asks something of the value while it is there.
    pub(super) fn peek<R>(&self, ask: impl FnOnce(&T) -> R) -> Option<R> {
        lock(&self.0).as_ref().map(ask)
    }
}

/// What these locks guard is changed in single steps, so a panic elsewhere leaves nothing half-done.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
