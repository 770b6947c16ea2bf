//! Connections without calls.

use std::future::pending;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

/// The calls in flight on one connection.
#[derive(Clone, Debug)]
pub(super) struct InFlight(watch::Sender<usize>);

/// One of them, until it is dropped.
pub(super) struct Counted(InFlight);

impl InFlight {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    pub(super) fn count(&self) -> Counted {
        self.0.send_modify(|calls| *calls += 1);
        Counted(self.clone())
    }

    /// Ready when there has been no call for `limit`.
    pub(super) async fn idle_for(&self, limit: Duration) {
        let mut calls = self.0.subscribe();
        loop {
            if calls.wait_for(|calls| *calls == 0).await.is_err() {
                return pending().await;
            }
            tokio::select! {
                () = sleep(limit) => return,
                // Even if it has ended since.
                _ = calls.changed() => {}
            }
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.send_modify(|calls| *calls -= 1);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use tokio::time::{advance, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_begins_the_time_anew() {
        let limit = Duration::from_secs(10);
        let calls = InFlight::new();
        let mut idle = pin!(calls.idle_for(limit));
        assert!(timeout(limit / 2, idle.as_mut()).await.is_err());
        let call = calls.count();
        assert!(timeout(limit * 2, idle.as_mut()).await.is_err());
        drop(call);
        assert!(timeout(limit / 2, idle.as_mut()).await.is_err());
        // It begins and ends between two looks.
        drop(calls.count());
        assert!(timeout(limit * 3 / 4, idle.as_mut()).await.is_err());
        advance(limit / 2).await;
        idle.await;
    }
}
