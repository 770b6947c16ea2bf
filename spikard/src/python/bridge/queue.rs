//! The queue that the event loop drains.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::call::CallState;
use super::lookup::LookupRequest;
use super::notice::Notices;
use super::waiting::Waiting;

/// The most calls in one drain, so that the loop can run other work between two.
pub(super) const BURST: usize = 32;

/// The most bytes of requests in one drain, which are copied while the interpreter is held; one call may have more.
const BURST_BYTES: usize = 1 << 20;

/// What waits for the next drain.
#[derive(Default)]
pub(super) struct Queue {
    pub(super) calls: Waiting,
    pub(super) cancels: Vec<u64>,
    /// Calls whose streams can go on, or whose connections drain.
    pub(super) wakes: Vec<u64>,
    pub(super) lookups: Vec<LookupRequest>,
    /// Fetched separately.
    pub(super) notices: Notices,
    /// When the loop was woken for what is queued.
    woken: Option<Instant>,
}

/// What one drain takes from the queue.
pub(super) struct Drained {
    pub(super) calls: Vec<Arc<CallState>>,
    pub(super) cancels: Vec<u64>,
    pub(super) wakes: Vec<u64>,
    pub(super) lookups: Vec<LookupRequest>,
    /// Whether the bridge is closed: nothing follows.
    pub(super) closed: bool,
}

impl Queue {
    /// Whether to wake the loop now. One wake-up is enough until the next drain.
    pub(super) fn wakes_loop(&mut self) -> bool {
        let first = self.woken.is_none();
        self.woken.get_or_insert_with(Instant::now);
        first
    }

    /// How long ago the loop was woken, if it has not drained the queue since.
    pub(super) fn unanswered(&self) -> Option<Duration> {
        self.woken.map(|since| since.elapsed())
    }

    /// Takes the oldest calls, and everything else but the notices.
    pub(super) fn burst(&mut self, closed: bool) -> Drained {
        self.woken = None;
        Drained {
            calls: self.oldest_calls(),
            cancels: mem::take(&mut self.cancels),
            wakes: mem::take(&mut self.wakes),
            lookups: mem::take(&mut self.lookups),
            closed,
        }
    }

    fn oldest_calls(&mut self) -> Vec<Arc<CallState>> {
        let mut calls = Vec::with_capacity(self.calls.len().min(BURST));
        let mut bytes = 0;
        while calls.len() < BURST && bytes < BURST_BYTES {
            let Some(call) = self.calls.pop() else {
                break;
            };
            bytes += call.request_bytes;
            calls.push(call);
        }
        calls
    }
}
