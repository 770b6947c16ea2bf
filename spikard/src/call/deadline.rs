//! When a call must be answered, and who says so.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::time::{Sleep, sleep_until};

use crate::Status;
use crate::stats::{Limit, limited};

/// The end of a call's time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    at: Instant,
    limit: Duration,
    by: By,
}

#[derive(Clone, Copy, Debug)]
enum By {
    /// The `grpc-timeout` of the request.
    Client,
    /// [`Limits::timeout`](crate::Limits::timeout), or the method's own.
    Server,
}

impl Deadline {
    /// The shorter of what the client and the server say, counted from the arrival of the call; `None` where
    /// neither says one, or where it is too far off to be an `Instant`.
    pub(crate) fn of(
        client: Option<Duration>,
        server: Option<Duration>,
        arrived: Instant,
    ) -> Option<Self> {
        let (limit, by) = match (client, server) {
            (Some(client), Some(server)) if server < client => (server, By::Server),
            (Some(client), _) => (client, By::Client),
            (None, Some(server)) => (server, By::Server),
            (None, None) => return None,
        };
        let at = arrived.checked_add(limit)?;
        Some(Self { at, limit, by })
    }

    pub(crate) fn at(self) -> Instant {
        self.at
    }

    pub(crate) fn has_passed(self) -> bool {
        self.at <= Instant::now()
    }

    /// The status of a call that was not done in time; `before` says with what.
    pub(crate) fn exceeded(self, before: &str) -> Status {
        let limit = self.limit;
        let whose = match self.by {
            By::Client => format!("grpc-timeout = {limit:?}, which the client set: allow more"),
            By::Server => format!("timeout = {limit:?}, which the server sets for this method"),
        };
        let status =
            Status::deadline_exceeded(format!("the deadline passed before {before}: {whose}"));
        match self.by {
            By::Client => status,
            By::Server => limited(Limit::Timeout, status),
        }
    }
}

/// A deadline that wakes the task which waits for it: for the handler, then for the response.
pub(crate) struct DeadlineTimer {
    deadline: Deadline,
    /// Made at the first wait: most calls never wait.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl DeadlineTimer {
    pub(crate) fn new(deadline: Deadline) -> Self {
        Self {
            deadline,
            sleep: None,
        }
    }

    pub(crate) fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// Ready with the deadline when it has passed.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Deadline> {
        let at = self.deadline.at.into();
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(at)));
        ready!(sleep.as_mut().poll(cx));
        Poll::Ready(self.deadline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn text(client: Option<Duration>, server: Option<Duration>) -> Option<String> {
        let deadline = Deadline::of(client, server, Instant::now())?;
        Some(deadline.exceeded("the end").message().to_owned())
    }

    #[test]
    fn the_shorter_time_counts_and_is_named() {
        let (client, server) = (Some(SECOND), Some(2 * SECOND));
        let named = text(client, server).unwrap();
        assert!(named.contains("the end: grpc-timeout = 1s"), "{named}");
        let named = text(server, client).unwrap();
        assert!(named.contains("the end: timeout = 1s"), "{named}");
        let named = text(None, server).unwrap();
        assert!(named.contains("timeout = 2s"), "{named}");
        assert_eq!(text(None, None), None);
        assert_eq!(text(None, Some(Duration::MAX)), None);
    }

    #[test]
    fn the_time_is_counted_from_the_arrival() {
        let arrived = Instant::now();
        let deadline = Deadline::of(Some(SECOND), None, arrived).unwrap();
        assert_eq!(deadline.at(), arrived + SECOND);
        assert!(!deadline.has_passed());
        let long_ago = arrived.checked_sub(2 * SECOND).unwrap();
        assert!(
            Deadline::of(Some(SECOND), None, long_ago)
                .unwrap()
                .has_passed()
        );
    }
}
