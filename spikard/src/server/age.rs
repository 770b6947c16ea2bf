//! The age of a connection.

use std::future::pending;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::sleep;

/// How old a connection may get. Behind a load balancer, connections that end are what moves clients to new servers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Age {
    /// Until GOAWAY; `None` for no limit.
    pub(super) most: Option<Duration>,
    /// Then until its end; `None` for no limit.
    pub(super) grace: Option<Duration>,
    /// The time without a call until GOAWAY; `None` for no limit.
    pub(super) idle: Option<Duration>,
}

impl Age {
    /// This age for one connection: up to a tenth more or less, so that those that began together end apart.
    pub(super) fn jittered(self) -> Self {
        // The hasher's keys are what the standard library has of randomness.
        let random = (RandomState::new().hash_one(0) % 2001) as f64 / 10_000.0;
        let most = self.most.map(|most| most.mul_f64(0.9 + random));
        Self { most, ..self }
    }

    /// Ready when a connection that begins now is to be told GOAWAY.
    pub(super) async fn reached(self) {
        match self.most {
            Some(most) => sleep(most).await,
            None => pending().await,
        }
    }

    /// Ready when a connection that begins now is to be closed.
    pub(super) async fn exceeded(self) {
        match (self.most, self.grace) {
            (Some(most), Some(grace)) => sleep(most.saturating_add(grace)).await,
            _ => pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_differ_by_a_tenth_at_most() {
        let most = Duration::from_secs(100);
        let age = Age {
            most: Some(most),
            ..Age::default()
        };
        let ages: Vec<Duration> = (0..1000).filter_map(|_| age.jittered().most).collect();
        let within = Duration::from_secs(90)..=Duration::from_secs(110);
        assert!(ages.iter().all(|age| within.contains(age)));
        assert!(ages.iter().any(|age| *age < Duration::from_secs(95)));
        assert!(ages.iter().any(|age| *age > Duration::from_secs(105)));
    }
}
