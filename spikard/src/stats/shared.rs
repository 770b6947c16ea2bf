//! What the methods of a server share.

use std::sync::atomic::{AtomicBool, Ordering};

use super::ended::Watchers;

/// What the methods of a server share.
#[derive(Debug)]
pub(super) struct Shared {
    /// Whether calls are measured, rather than counted alone.
    measures: AtomicBool,
    watchers: Watchers,
}

impl Shared {
    /// Those who are told of calls are told of their times as well.
    pub(super) fn new(watchers: Watchers) -> Self {
        Self {
            measures: AtomicBool::new(!watchers.is_empty()),
            watchers,
        }
    }

    /// Measures calls from now on.
    pub(super) fn measure(&self) {
        self.measures.store(true, Ordering::Relaxed);
    }

    pub(super) fn measures(&self) -> bool {
        self.measures.load(Ordering::Relaxed)
    }

    pub(super) fn watchers(&self) -> &Watchers {
        &self.watchers
    }
}
