//! What waits for the loop, and what of it one drain hands over.

use std::mem;
use std::sync::Arc;

use super::call::CallState;
use super::lookup::LookupRequest;
use super::notice::Notice;

/// The calls that one drain hands over: the loop gets its turn between two bursts.
pub(super) const BURST: usize = 256;

/// What waits for the loop.
#[derive(Default)]
pub(super) struct Queue {
    pub(super) calls: Vec<Arc<CallState>>,
    pub(super) cancels: Vec<u64>,
    /// Calls whose streams Python waits for.
    pub(super) wakes: Vec<u64>,
    pub(super) lookups: Vec<LookupRequest>,
    /// Asked for apart from the rest.
    pub(super) notices: Vec<Notice>,
}

/// What one drain hands over.
pub(super) struct Drained {
    pub(super) calls: Vec<Arc<CallState>>,
    pub(super) cancels: Vec<u64>,
    pub(super) wakes: Vec<u64>,
    pub(super) lookups: Vec<LookupRequest>,
    /// Whether there will be nothing more.
    pub(super) closed: bool,
}

impl Queue {
    /// Takes the oldest calls, and all else but the notices.
    pub(super) fn burst(&mut self, closed: bool) -> Drained {
        let burst = self.calls.len().min(BURST);
        Drained {
            calls: self.calls.drain(..burst).collect(),
            cancels: mem::take(&mut self.cancels),
            wakes: mem::take(&mut self.wakes),
            lookups: mem::take(&mut self.lookups),
            closed,
        }
    }
}
