//! A handler that panics fails its own call and no other.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

use crate::Status;

/// Awaits `future`; a panic in it becomes its error.
pub(crate) fn contain<T>(
    mut future: Pin<&mut impl Future<Output = Result<T, Status>>>,
) -> impl Future<Output = Result<T, Status>> {
    poll_fn(move |cx| {
        // After a panic the future is only dropped, so nothing sees it half-changed.
        let poll = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        poll.unwrap_or_else(|panic| Poll::Ready(Err(panicked(&*panic))))
    })
}

/// The status of a panic: INTERNAL. Its text goes to the log, in the span of the call, and no further.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Status {
    let literal = panic.downcast_ref::<&str>().copied();
    let formatted = || panic.downcast_ref::<String>().map(String::as_str);
    let text = literal.or_else(formatted).unwrap_or("(not a string)");
    tracing::error!(panic = text, "the handler panicked");
    Status::internal("the handler panicked; the server's log says where")
}
