//! Lines of the log that a peer can cause: ten a second at most, and how many there were without one.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(1);
const MOST: u32 = 10;

/// The lines of the last second, and what has not been told since.
#[derive(Debug)]
pub(crate) struct Seldom(Mutex<Lines>);

#[derive(Debug)]
struct Lines {
    since: Option<Instant>,
    told: u32,
    untold: u64,
}

impl Seldom {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Lines {
            since: None,
            told: 0,
            untold: 0,
        }))
    }

    /// Whether to write a line now, and the number of those that were left out before it, if any were.
    pub(crate) fn tell(&self) -> Option<LeftOut> {
        self.tell_at(Instant::now())
    }

    fn tell_at(&self, now: Instant) -> Option<LeftOut> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.since.is_none_or(|since| now >= since + WINDOW) {
            lines.since = Some(now);
            lines.told = 0;
        }
        if lines.told == MOST {
            lines.untold += 1;
            return None;
        }
        lines.told += 1;
        let untold = std::mem::take(&mut lines.untold);
        Some((untold > 0).then_some(untold))
    }
}

impl Default for Seldom {
    fn default() -> Self {
        Self::new()
    }
}

/// How many lines were left out; a field of the next one.
pub(crate) type LeftOut = Option<u64>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_it_left_out() {
        let seldom = Seldom::new();
        let start = Instant::now();
        let at = |milliseconds| seldom.tell_at(start + Duration::from_millis(milliseconds));
        for _ in 0..MOST {
            assert_eq!(at(0), Some(None));
        }
        assert_eq!(at(1), None);
        assert_eq!(at(999), None);
        assert_eq!(at(1000), Some(Some(2)));
        assert_eq!(at(1001), Some(None));
    }
}
