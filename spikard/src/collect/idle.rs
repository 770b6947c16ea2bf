//! A client that neither sends nor half-closes.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// The idle timeout of a body: the time since its last frame, counted while none is there.
pub(super) struct Idle {
    timeout: Duration,
    /// Set for the end of the first wait, and reset only when it fires: to reset it at every wait costs more than most
    /// messages do.
    timer: Option<Pin<Box<Sleep>>>,
    /// The begin of the present wait.
    waiting_since: Option<Instant>,
}

impl Idle {
    pub(super) fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            timer: None,
            waiting_since: None,
        }
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Something arrived.
    pub(super) fn progress(&mut self) {
        self.waiting_since = None;
    }

    /// No frame is there: ready when the timeout has passed since the last one.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        // A timeout too long to be an `Instant` is none.
        let Some(end) = since.checked_add(self.timeout) else {
            return Poll::Pending;
        };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        while timer.as_mut().poll(cx).is_ready() {
            if timer.deadline() >= end {
                return Poll::Ready(());
            }
            timer.as_mut().reset(end);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::time::advance;

    const SECOND: Duration = Duration::from_secs(1);

    async fn ready(idle: &mut Idle) -> bool {
        poll_fn(|cx| Poll::Ready(idle.poll(cx).is_ready())).await
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_begins_anew_with_each_wait() {
        let mut idle = Idle::new(10 * SECOND);
        assert!(!ready(&mut idle).await);
        advance(9 * SECOND).await;
        idle.progress();
        assert!(!ready(&mut idle).await);
        // Past the end of the first wait, for which the timer is set.
        advance(9 * SECOND).await;
        assert!(!ready(&mut idle).await);
        advance(SECOND).await;
        assert!(ready(&mut idle).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_by_itself() {
        let mut idle = Idle::new(10 * SECOND);
        let began = Instant::now();
        poll_fn(|cx| idle.poll(cx)).await;
        assert!(began.elapsed() >= 10 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn an_endless_timeout_never_ends() {
        let mut idle = Idle::new(Duration::MAX);
        assert!(!ready(&mut idle).await);
    }
}
