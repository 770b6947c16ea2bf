//! What waits for the event loop, and what of it one drain hands over.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    /// Since when the loop has been woken for what is here.
    woken: Option<Instant>,
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
    /// Whether the loop is to be woken now: once for all that comes in until the next drain.
    pub(super) fn wakes_loop(&mut self) -> bool {
        let first = self.woken.is_none();
        self.woken.get_or_insert_with(Instant::now);
        first
    }

    /// For how long the loop has not answered, where it has been woken.
    pub(super) fn unanswered(&self) -> Option<Duration> {
        self.woken.map(|since| since.elapsed())
    }

    /// Takes the oldest calls, and all else but the notices.
    pub(super) fn burst(&mut self, closed: bool) -> Drained {
        self.woken = None;
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
