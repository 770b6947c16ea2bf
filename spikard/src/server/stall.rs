//! Peers that do not read.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

/// Fails the writes of a connection with `TimedOut` when the peer reads nothing for too long. hyper's keepalive cannot
/// end such a connection: it first flushes what is to be sent.
pub(super) struct Stall {
    /// `None` without keepalive.
    limit: Option<Duration>,
    /// Set while a write waits.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Stall {
    pub(super) fn new(limit: Option<Duration>) -> Self {
        Self {
            limit,
            waiting: None,
        }
    }

    /// What becomes of a write, a flush or a close.
    pub(super) fn check<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let Some(limit) = self.limit else {
            return Poll::Pending;
        };
        let timer = self.waiting.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(timer.as_mut().poll(cx));
        let text =
            format!("the peer took nothing for {limit:?}, keepalive's interval and time-out");
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, text)))
    }
}
