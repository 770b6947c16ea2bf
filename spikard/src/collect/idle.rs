//! A client that neither sends nor half-closes.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// The time since the last frame of a body, counted only while there is none to take.
pub(super) struct Idle {
    timeout: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    waiting: bool,
}

impl Idle {
    pub(super) fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            timer: None,
            waiting: false,
        }
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Something arrived.
    pub(super) fn progress(&mut self) {
        self.waiting = false;
    }

    /// Nothing is there: ready when that has been so for too long.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.waiting {
            self.waiting = true;
            // An end that the clock cannot name never comes.
            let end = Instant::now().checked_add(self.timeout);
            match (end, &mut self.timer) {
                (Some(end), Some(timer)) => timer.as_mut().reset(end),
                (Some(end), none) => *none = Some(Box::pin(sleep_until(end))),
                (None, timer) => *timer = None,
            }
        }
        match &mut self.timer {
            Some(timer) => timer.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }
}
