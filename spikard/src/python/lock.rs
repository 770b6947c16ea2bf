//! Locks, poisoned or not: what they guard here changes in single steps, so a panic elsewhere leaves nothing half-done.

use std::sync::{LockResult, Mutex, MutexGuard, PoisonError};

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    unpoisoned(mutex.lock())
}

/// What any other way to a lock gives.
pub(super) fn unpoisoned<G>(guard: LockResult<G>) -> G {
    guard.unwrap_or_else(PoisonError::into_inner)
}
