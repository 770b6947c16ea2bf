//! The end of a response that the client does not read.
//!
//! A body is not asked for more while its last chunk waits for the client's flow-control window, so its own
//! timer cannot end the call of a client that has stopped reading. The task of the HTTP/2 stream can.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::time::sleep_until;

/// The time from the deadline to the reset: at the deadline itself a body that is polled ends with the status.
const LEEWAY: Duration = Duration::from_millis(100);

tokio::task_local! {
    /// The deadline of the response that this task sends.
    static DEADLINE: Cell<Option<Instant>>;
}

/// Sets the deadline of the response that this task sends. In another server it does nothing.
pub(super) fn set(deadline: Option<Instant>) {
    // An error means that another server runs the task, whose settings decide.
    let _ = DEADLINE.try_with(|cell| cell.set(deadline));
}

/// Runs the task of an HTTP/2 stream, and drops it at the deadline of its call: the stream is reset, and what was
/// still to be sent is dropped.
pub(crate) fn until_deadline(stream: impl Future<Output = ()>) -> impl Future<Output = ()> {
    DEADLINE.scope(Cell::new(None), ended_at_deadline(stream))
}

async fn ended_at_deadline(stream: impl Future<Output = ()>) {
    let mut stream = pin!(stream);
    let mut timer = None;
    poll_fn(|cx| {
        if stream.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        let end = DEADLINE.with(Cell::get);
        match end.and_then(|end| end.checked_add(LEEWAY)) {
            Some(end) => timer
                .get_or_insert_with(|| Box::pin(sleep_until(end.into())))
                .as_mut()
                .poll(cx),
            None => Poll::Pending,
        }
    })
    .await;
}
