//! Stops a server that Python started.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// Stops a server, from any thread.
#[derive(Clone)]
pub(super) struct Stop(Arc<Told>);

struct Told {
    /// The grace period, once the drain has begun.
    grace: watch::Sender<Option<Duration>>,
    begun: OnceLock<Instant>,
}

impl Stop {
    pub(super) fn new() -> Self {
        Self(Arc::new(Told {
            grace: watch::channel(None).0,
            begun: OnceLock::new(),
        }))
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Option<Duration>> {
        self.0.grace.subscribe()
    }

    /// Begins the drain with this grace period, or shortens the one of a drain that has begun.
    pub(super) fn within(&self, grace: Duration) {
        self.0.begun.get_or_init(Instant::now);
        self.0.grace.send_if_modified(|now| {
            let sooner = now.is_none_or(|before| grace < before);
            if sooner {
                *now = Some(grace);
            }
            sooner
        });
    }

    /// Seconds from now until the grace period, counted from the begin of the drain, is over; `None` before.
    pub(super) fn left(&self) -> Option<f64> {
        let grace = (*self.0.grace.borrow())?;
        let begun = self.0.begun.get()?;
        Some(grace.as_secs_f64() - begun.elapsed().as_secs_f64())
    }

    /// Ready when the drain has begun.
    pub(super) async fn begun(&self) {
        // An error would mean that the sender is gone, which `self` holds.
        let _ = self.0.grace.subscribe().wait_for(Option::is_some).await;
    }

    /// Resolves to the grace period when the drain begins.
    pub(super) async fn told(mut receiver: watch::Receiver<Option<Duration>>) -> Duration {
        let told = receiver.wait_for(Option::is_some).await;
        told.ok().and_then(|grace| *grace).unwrap_or_default()
    }

    /// Resolves when a drain with this grace period is cut off by a shorter one.
    pub(super) async fn sooner(mut receiver: watch::Receiver<Option<Duration>>, grace: Duration) {
        let sooner = |now: &Option<Duration>| now.is_some_and(|now| now < grace);
        match receiver.wait_for(sooner).await.map(|grace| *grace) {
            Ok(grace) => tokio::time::sleep(grace.unwrap_or_default()).await,
            Err(_) => std::future::pending().await,
        }
    }
}
