//! A value that is taken once, by whichever thread comes first.

use std::sync::Mutex;

use crate::python::lock::lock;

pub(super) struct Slot<T>(Mutex<Option<T>>);

impl<T> Slot<T> {
    pub(super) fn new(value: T) -> Self {
        Self(Mutex::new(Some(value)))
    }

    pub(super) fn take(&self) -> Option<T> {
        lock(&self.0).take()
    }

    /// Looks at the value, if it has not been taken.
    pub(super) fn peek<R>(&self, ask: impl FnOnce(&T) -> R) -> Option<R> {
        lock(&self.0).as_ref().map(ask)
    }
}
