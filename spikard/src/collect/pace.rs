//! How fast a body arrives: clients that neither send nor half-close, or send too slowly.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use crate::Limits;

/// The window over which the rate is measured.
const WINDOW: Duration = Duration::from_secs(5);

/// A stream that holds less may be as slow as it likes: it is in nobody's way.
const SMALL: usize = 64 << 10;

/// The time that a body takes, counted while there is no frame of it to take.
pub(super) struct Pace {
    idle_timeout: Duration,
    receive_timeout: Option<Duration>,
    /// Bytes a second.
    min_rate: usize,
    /// Set for the end of the first wait, and reset only when it fires or would fire too late: to reset it at every wait
    /// costs more than most messages do.
    timer: Option<Pin<Box<Sleep>>>,
    /// The begin of the first wait.
    began: Option<Instant>,
    /// The begin of the present wait.
    waiting_since: Option<Instant>,
    window: Window,
}

/// What arrived since a time.
#[derive(Default)]
struct Window {
    began: Option<Instant>,
    bytes: usize,
}

/// Why a body is not waited for any longer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TooSlow {
    /// Nothing arrived for the idle timeout.
    Idle { timeout: Duration },
    /// It was not half-closed within the receive timeout.
    Unfinished { timeout: Duration },
    /// Fewer bytes arrived than the minimum rate asks for.
    Trickle {
        bytes: usize,
        window: Duration,
        min_rate: usize,
    },
}

impl Pace {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            idle_timeout: limits.idle_timeout,
            receive_timeout: limits.receive_timeout,
            min_rate: limits.min_receive_rate,
            timer: None,
            began: None,
            waiting_since: None,
            window: Window::default(),
        }
    }

    /// A frame of so many bytes arrived.
    pub(super) fn progress(&mut self, bytes: usize) {
        self.waiting_since = None;
        self.window.bytes = self.window.bytes.saturating_add(bytes);
    }

    /// No frame is there, and what arrived takes `held` bytes: ready when the body is too slow.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, held: usize) -> Poll<TooSlow> {
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        self.began.get_or_insert(since);
        self.window.began.get_or_insert(since);
        loop {
            let Some(end) = self.end(since, held) else {
                return Poll::Pending;
            };
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
            if end < timer.deadline() {
                timer.as_mut().reset(end);
            }
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            let now = Instant::now();
            if let Some(too_slow) = self.check(since, held, now) {
                return Poll::Ready(too_slow);
            }
            if let Some(end) = self.end(since, held)
                && let Some(timer) = &mut self.timer
            {
                timer.as_mut().reset(end);
            }
        }
    }

    /// When to look next. Times too far off to be an `Instant` are none.
    fn end(&self, since: Instant, held: usize) -> Option<Instant> {
        let idle = since.checked_add(self.idle_timeout);
        let window = self.window.began.filter(|_| self.measures(held));
        let window = window.and_then(|began| began.checked_add(WINDOW));
        [idle, self.unfinished(), window]
            .into_iter()
            .flatten()
            .min()
    }

    fn check(&mut self, since: Instant, held: usize, now: Instant) -> Option<TooSlow> {
        if now.duration_since(since) >= self.idle_timeout {
            let timeout = self.idle_timeout;
            return Some(TooSlow::Idle { timeout });
        }
        if let Some(timeout) = self.receive_timeout
            && self.unfinished().is_some_and(|end| end <= now)
        {
            return Some(TooSlow::Unfinished { timeout });
        }
        let window = now.duration_since(self.window.began?);
        if window < WINDOW {
            return None;
        }
        let Window { bytes, .. } = self.window;
        self.window = Window {
            began: Some(now),
            bytes: 0,
        };
        let enough = window.as_secs_f64() * self.min_rate as f64;
        (self.measures(held) && (bytes as f64) < enough).then_some(TooSlow::Trickle {
            bytes,
            window,
            min_rate: self.min_rate,
        })
    }

    fn measures(&self, held: usize) -> bool {
        self.min_rate > 0 && held > SMALL
    }

    fn unfinished(&self) -> Option<Instant> {
        self.began?.checked_add(self.receive_timeout?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::time::advance;

    const SECOND: Duration = Duration::from_secs(1);
    const LARGE: usize = SMALL + 1;

    fn pace(change: impl FnOnce(&mut Limits)) -> Pace {
        let mut limits = Limits {
            idle_timeout: Duration::MAX,
            receive_timeout: None,
            min_receive_rate: 0,
            ..Limits::default()
        };
        change(&mut limits);
        Pace::new(&limits)
    }

    async fn polled(pace: &mut Pace, held: usize) -> Option<TooSlow> {
        poll_fn(|cx| {
            Poll::Ready(match pace.poll(cx, held) {
                Poll::Ready(too_slow) => Some(too_slow),
                Poll::Pending => None,
            })
        })
        .await
    }

    #[tokio::test(start_paused = true)]
    async fn the_idle_timeout_begins_anew_with_each_wait() {
        let timeout = 10 * SECOND;
        let mut pace = pace(|limits| limits.idle_timeout = timeout);
        assert_eq!(polled(&mut pace, 0).await, None);
        advance(9 * SECOND).await;
        pace.progress(1);
        assert_eq!(polled(&mut pace, 0).await, None);
        // Past the end of the first wait, for which the timer is set.
        advance(9 * SECOND).await;
        assert_eq!(polled(&mut pace, 0).await, None);
        advance(SECOND).await;
        assert_eq!(polled(&mut pace, 0).await, Some(TooSlow::Idle { timeout }));
    }

    #[tokio::test(start_paused = true)]
    async fn the_receive_timeout_does_not() {
        let timeout = 10 * SECOND;
        let mut pace = pace(|limits| limits.receive_timeout = Some(timeout));
        for _ in 0..10 {
            assert_eq!(polled(&mut pace, 0).await, None);
            pace.progress(1 << 20);
            advance(SECOND).await;
        }
        let unfinished = TooSlow::Unfinished { timeout };
        assert_eq!(polled(&mut pace, 0).await, Some(unfinished));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_by_itself() {
        let mut pace = pace(|limits| limits.idle_timeout = 10 * SECOND);
        let began = Instant::now();
        poll_fn(|cx| pace.poll(cx, 0)).await;
        assert!(began.elapsed() >= 10 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn endless_times_never_end() {
        let mut pace = pace(|limits| limits.receive_timeout = Some(Duration::MAX));
        assert_eq!(polled(&mut pace, LARGE).await, None);
        assert!(pace.timer.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_stream_has_a_minimum_rate_in_each_window() {
        let mut pace = pace(|limits| limits.min_receive_rate = 240);
        assert_eq!(polled(&mut pace, LARGE).await, None);
        // What came in the windows before counts for nothing.
        for bytes in [1 << 20, 240 * 5] {
            pace.progress(bytes);
            assert_eq!(polled(&mut pace, LARGE).await, None);
            advance(WINDOW).await;
            assert_eq!(polled(&mut pace, LARGE).await, None, "{bytes} bytes");
        }
        pace.progress(240 * 5 - 1);
        assert_eq!(polled(&mut pace, LARGE).await, None);
        advance(WINDOW).await;
        let trickle = TooSlow::Trickle {
            bytes: 240 * 5 - 1,
            window: WINDOW,
            min_rate: 240,
        };
        assert_eq!(polled(&mut pace, LARGE).await, Some(trickle));
    }

    #[tokio::test(start_paused = true)]
    async fn a_small_stream_may_be_slow() {
        let mut pace = pace(|limits| limits.min_receive_rate = 240);
        for _ in 0..10 {
            assert_eq!(polled(&mut pace, SMALL).await, None);
            pace.progress(1);
            advance(WINDOW).await;
        }
        assert_eq!(polled(&mut pace, SMALL).await, None);
    }
}
