//! Why a call was given up.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use crate::Call;
use crate::respond::cut_off;

/// A client gives up at its deadline by itself, and by its own clock, which is a little before the server's.
const LEEWAY: Duration = Duration::from_millis(20);

/// Who gave a call up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Client = 1,
    Deadline = 2,
    Shutdown = 3,
}

impl Cause {
    /// The cause for a call that nobody waits for from now on.
    pub(super) fn now(call: Option<&Call>) -> Self {
        if cut_off().is_some() {
            return Self::Shutdown;
        }
        let deadline = call.and_then(Call::deadline);
        match deadline.is_some_and(|deadline| deadline <= Instant::now() + LEEWAY) {
            true => Self::Deadline,
            false => Self::Client,
        }
    }

    /// Python's word for it.
    fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Deadline => "deadline",
            Self::Shutdown => "shutdown",
        }
    }
}

/// Whether a call was given up, and why. The first cause stays.
#[derive(Debug, Default)]
pub(super) struct Cancelled(AtomicU8);

impl Cancelled {
    // It guards nothing but itself, so no ordering with other memory is needed.

    pub(super) fn by(&self, cause: Cause) {
        let _ = self
            .0
            .compare_exchange(0, cause as u8, Ordering::Relaxed, Ordering::Relaxed);
    }

    pub(super) fn cause(&self) -> Option<&'static str> {
        let causes = [Cause::Client, Cause::Deadline, Cause::Shutdown];
        let number = self.0.load(Ordering::Relaxed);
        let found = causes.into_iter().find(|cause| *cause as u8 == number);
        found.map(Cause::word)
    }
}

#[cfg(test)]
mod tests {
    use http::Extensions;

    use super::*;

    fn due(deadline: Option<Instant>) -> Cause {
        Cause::now(Some(&Call::new(None, deadline, Extensions::new(), None)))
    }

    #[test]
    fn a_client_that_gives_up_at_its_deadline_was_out_of_time() {
        let now = Instant::now();
        assert_eq!(due(None), Cause::Client);
        assert_eq!(due(Some(now + Duration::from_secs(60))), Cause::Client);
        assert_eq!(due(Some(now + LEEWAY / 2)), Cause::Deadline);
        assert_eq!(due(Some(now)), Cause::Deadline);
    }

    #[test]
    fn the_first_cause_stays() {
        let cancelled = Cancelled::default();
        assert_eq!(cancelled.cause(), None);
        cancelled.by(Cause::Shutdown);
        cancelled.by(Cause::Client);
        assert_eq!(cancelled.cause(), Some("shutdown"));
    }
}
