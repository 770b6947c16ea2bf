//! The time of a connection, read once for all frames that came together.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyper::rt::{Sleep, Timer};
use hyper_util::rt::TokioTimer;
use tokio::time::Instant;

/// hyper's timer, with the time at which its connection was last polled. With keepalive hyper asks for the time at
/// each DATA frame, which costs more than a small frame's message does. A frame comes only when the connection is
/// polled, so the time is never off by more than one poll.
#[derive(Clone, Debug)]
pub(super) struct ConnectionClock {
    /// On tokio's clock, as the sleeps are: a test may pause it.
    began: Instant,
    /// Nanoseconds from `began` to the last poll.
    polled: Arc<AtomicU64>,
    timer: TokioTimer,
}

impl ConnectionClock {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            polled: Arc::default(),
            timer: TokioTimer::new(),
        }
    }

    /// Reads the time whenever `connection` is polled.
    pub(super) async fn tick<F: Future>(self, connection: F) -> F::Output {
        let mut connection = pin!(connection);
        std::future::poll_fn(|cx| {
            // The counter is all that is shared, so no ordering with other memory is needed; it lasts 584 years.
            let since = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.polled.store(since, Ordering::Relaxed);
            connection.as_mut().poll(cx)
        })
        .await
    }
}

impl Timer for ConnectionClock {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.timer.sleep(duration)
    }

    fn sleep_until(&self, deadline: std::time::Instant) -> Pin<Box<dyn Sleep>> {
        self.timer.sleep_until(deadline)
    }

    fn now(&self) -> std::time::Instant {
        let polled = Duration::from_nanos(self.polled.load(Ordering::Relaxed));
        (self.began + polled).into_std()
    }

    fn reset(&self, sleep: &mut Pin<Box<dyn Sleep>>, new_deadline: std::time::Instant) {
        self.timer.reset(sleep, new_deadline);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Poll;

    #[tokio::test]
    async fn the_time_is_that_of_the_last_poll() {
        let clock = ConnectionClock::new();
        let began = clock.now();
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(clock.now(), began, "nothing was polled");
        let mut polls = 0;
        let seen = clock
            .clone()
            .tick(std::future::poll_fn(|cx| {
                polls += 1;
                if polls == 1 {
                    cx.waker().wake_by_ref();
                    std::thread::sleep(Duration::from_millis(2));
                    return Poll::Pending;
                }
                Poll::Ready(clock.now())
            }))
            .await;
        assert!(
            seen >= began + Duration::from_millis(4),
            "{:?}",
            seen - began
        );
        assert!(seen <= std::time::Instant::now());
    }
}
