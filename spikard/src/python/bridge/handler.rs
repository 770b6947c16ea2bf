//! Handlers by name.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use crate::footprint::PythonMessages;
use crate::python::PythonError;
use crate::python::convert::Layout;
use crate::python::lock::unpoisoned;

/// A handler that Python has found: its index in Python's list, and where it runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handler {
    pub(crate) index: usize,
    pub(crate) runs: Runs,
    pub(crate) layout: Layout,
}

/// A handler that was found by its name.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) handler: Handler,
    /// The class of its messages, if it takes them decoded.
    pub(crate) takes: Option<Arc<PythonMessages>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runs {
    OnLoop,
    InPool,
}

/// The results of all lookups. Read by every call, written at start-up.
#[derive(Default)]
pub(super) struct Handlers(RwLock<HashMap<Arc<str>, Result<Found, PythonError>>>);

impl Handlers {
    pub(super) fn get(&self, name: &str) -> Option<Result<Found, PythonError>> {
        let known = unpoisoned(self.0.read());
        known.get(name).cloned()
    }

    pub(super) fn set(&self, name: Arc<str>, found: Result<Found, PythonError>) {
        let mut known = unpoisoned(self.0.write());
        known.insert(name, found);
    }
}
