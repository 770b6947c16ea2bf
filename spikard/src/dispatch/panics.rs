//! A handler that panics fails its own call and no other.

use std::any::Any;
use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::Status;

/// Awaits `future`; a panic in it goes to the log and becomes INTERNAL, without its text.
pub(super) async fn contain<T>(
    (service, method): (Cow<'static, str>, Cow<'static, str>),
    future: impl Future<Output = Result<T, Status>>,
) -> Result<T, Status> {
    let mut future = pin!(future);
    let result = poll_fn(|cx| {
        // After a panic the future is only dropped, so nothing sees it half-changed.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    });
    result.await.unwrap_or_else(|panic| {
        let text = text(panic.as_ref());
        tracing::error!(%service, %method, panic = text, "the handler panicked");
        Err(Status::internal(
            "the handler panicked; the server's log says where",
        ))
    })
}

fn text(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    let formatted = || panic.downcast_ref::<String>().map(String::as_str);
    literal.or_else(formatted).unwrap_or("(not a string)")
}
