//! Locks that ignore poisoning: what they guard changes in single steps, so a panic leaves nothing half-done.

use std::sync::{LockResult, Mutex, MutexGuard, PoisonError};

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    unpoisoned(mutex.lock())
}

/// The same for the result of any other locking method.
pub(super) fn unpoisoned<G>(guard: LockResult<G>) -> G {
    guard.unwrap_or_else(PoisonError::into_inner)
}
