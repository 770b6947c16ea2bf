//! How far a request has come, for the counters.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::stats::{CallRecord, Flow};

/// What has arrived of a request, and when. The counters guard nothing but themselves.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// When the request arrived; `None` where nobody asks for times.
    from: Option<Instant>,
    messages: AtomicU64,
    bytes: AtomicU64,
    buffered: OnceLock<Duration>,
    queued: OnceLock<Duration>,
}

impl Progress {
    pub(super) fn measured_from(from: Option<Instant>) -> Self {
        Self {
            from,
            ..Self::default()
        }
    }

    /// So many messages have arrived, with the bytes of their payloads. One task reads a request, so nothing is lost.
    pub(crate) fn received(&self, messages: usize, bytes: u64) {
        self.messages.store(messages as u64, Ordering::Relaxed);
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    /// Whether somebody asks for times.
    pub(crate) fn is_measured(&self) -> bool {
        self.from.is_some()
    }

    /// The handler gets the request now.
    pub(crate) fn handed_over(&self) {
        if let Some(from) = self.from {
            let _ = self.buffered.set(from.elapsed());
        }
    }

    /// Python takes a call that has waited for it since then.
    #[cfg(feature = "python")]
    pub(crate) fn taken_by_python(&self, since: Instant) {
        if self.from.is_some() {
            let _ = self.queued.set(since.elapsed());
        }
    }

    pub(super) fn take_down(&self, record: &mut CallRecord) {
        record.received = Flow {
            messages: self.messages.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        };
        if self.from.is_some() {
            let queued = self.queued.get().copied();
            record.handed_over(self.buffered.get().copied(), queued.unwrap_or_default());
        }
    }
}
