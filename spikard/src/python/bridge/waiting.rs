//! Calls that wait for Python, oldest first.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::call::CallState;

/// Calls by their ids, which grow: one that is given up can leave from the middle.
#[derive(Default)]
pub(super) struct Waiting(BTreeMap<u64, Arc<CallState>>);

impl Waiting {
    pub(super) fn push(&mut self, call: Arc<CallState>) {
        self.0.insert(call.id, call);
    }

    /// Takes the oldest.
    pub(super) fn pop(&mut self) -> Option<Arc<CallState>> {
        self.0.pop_first().map(|(_, call)| call)
    }

    /// Takes one that nobody waits for any more.
    pub(super) fn remove(&mut self, id: u64) -> Option<Arc<CallState>> {
        self.0.remove(&id)
    }

    pub(super) fn oldest(&self) -> Option<&CallState> {
        self.0.first_key_value().map(|(_, call)| &**call)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
