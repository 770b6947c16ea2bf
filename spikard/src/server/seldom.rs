//! Lines of the log that a peer can cause: one a second at most, and how many there were without one.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const APART: Duration = Duration::from_secs(1);

/// When a line was written last, and what has not been told since.
#[derive(Debug, Default)]
pub(super) struct Seldom(Mutex<Since>);

#[derive(Debug, Default)]
struct Since {
    told: Option<Instant>,
    untold: u64,
}

impl Seldom {
    /// Whether to write a line now, and the number of those that were left out before it.
    pub(super) fn tell(&self) -> Option<u64> {
        self.tell_at(Instant::now())
    }

    fn tell_at(&self, now: Instant) -> Option<u64> {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if since.told.is_some_and(|told| now < told + APART) {
            since.untold += 1;
            return None;
        }
        since.told = Some(now);
        Some(std::mem::take(&mut since.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_it_left_out() {
        let seldom = Seldom::default();
        let start = Instant::now();
        let at = |milliseconds| seldom.tell_at(start + Duration::from_millis(milliseconds));
        assert_eq!(at(0), Some(0));
        assert_eq!(at(1), None);
        assert_eq!(at(999), None);
        assert_eq!(at(1000), Some(2));
        assert_eq!(at(5000), Some(0));
    }
}
