//! Whether handlers can run, as health says it.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::shared::Held;

/// How often Python is asked.
pub(crate) const ASKED_EVERY: Duration = Duration::from_millis(250);

/// Whether the event loop answers and the threads take calls.
pub(crate) struct Ability {
    /// The time without an answer from which on they cannot; `None` is for ever.
    unhealthy_after: Option<Duration>,
    unable_since: Option<Instant>,
    says: watch::Sender<bool>,
}

impl Ability {
    pub(crate) fn new(unhealthy_after: Option<Duration>) -> Self {
        Self {
            unhealthy_after,
            unable_since: None,
            says: watch::Sender::new(true),
        }
    }

    #[cfg(feature = "health")]
    pub(crate) fn subscribe(&self) -> watch::Receiver<bool> {
        self.says.subscribe()
    }

    pub(crate) fn is_able(&self) -> bool {
        self.unable_since.is_none()
    }

    /// Judges by how long calls have waited, and says so in the log where it has changed.
    pub(crate) fn judge(&mut self, held: Held) {
        let held_for = held.by_loop.max(held.by_pool);
        let able = self.unhealthy_after.is_none_or(|after| held_for < after);
        match (able, self.unable_since) {
            (false, None) => {
                self.unable_since = Some(Instant::now());
                let what = if held.by_loop >= held.by_pool {
                    "the event loop has not answered"
                } else {
                    "calls have waited for a thread"
                };
                tracing::error!("{what} for {held_for:.1?}: health says NOT_SERVING meanwhile");
            }
            (true, Some(since)) => {
                self.unable_since = None;
                let lasted = since.elapsed();
                tracing::warn!("handlers can run again; health said NOT_SERVING for {lasted:.1?}");
            }
            _ => return,
        }
        self.says.send_replace(able);
    }
}
