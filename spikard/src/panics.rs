//! A handler that panics fails its own call and no other.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::Status;

/// Awaits `future`; a panic in it becomes its error.
pub(crate) async fn contain<T>(
    future: impl Future<Output = Result<T, Status>>,
) -> Result<T, Status> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        // After a panic the future is only dropped, so nothing sees it half-changed.
        let poll = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        poll.unwrap_or_else(|panic| Poll::Ready(Err(panicked(&*panic))))
    })
    .await
}

/// The status of a panic: INTERNAL. Its text goes to the log, in the span of the call, and no further.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Status {
    let literal = panic.downcast_ref::<&str>().copied();
    let formatted = || panic.downcast_ref::<String>().map(String::as_str);
    let text = literal.or_else(formatted).unwrap_or("(not a string)");
    tracing::error!(panic = text, "the handler panicked");
    Status::internal("the handler panicked; the server's log says where")
}
