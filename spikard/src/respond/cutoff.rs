//! The end of a response that its reader does not take.
//!
//! A body is not asked for more while its last chunk waits for the client's window, so its own timer
//! cannot end the call of a client that has stopped to read. The task of the HTTP/2 stream can.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use hyper::rt::Executor;
use tokio::time::sleep_until;

/// How long after its deadline a response is cut off: at the deadline itself the body ends with the
/// status, if it is asked.
const LEEWAY: Duration = Duration::from_millis(100);

tokio::task_local! {
    /// The deadline of the response that this task sends.
    static DEADLINE: Cell<Option<Instant>>;
}

/// Says until when the response of this task may be sent. Outside of spikard's own server it does nothing.
pub(super) fn set(deadline: Option<Instant>) {
    // An error means that another server runs the task, whose settings decide.
    let _ = DEADLINE.try_with(|cell| cell.set(deadline));
}

/// Runs each HTTP/2 stream in a task that ends with the deadline of its call. The stream is reset then,
/// and what was still to be sent is dropped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamExecutor;

impl<F> Executor<F> for StreamExecutor
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        tokio::spawn(DEADLINE.scope(Cell::new(None), until_deadline(stream)));
    }
}

async fn until_deadline(stream: impl Future<Output = ()>) {
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
