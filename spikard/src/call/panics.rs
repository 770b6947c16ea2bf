//! A panic fails the call that it happens in, and no other.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::Status;

/// Runs the user's code; a panic in it is the error.
///
/// The caller drops, or never uses again, what `work` may have left half-changed.
pub(crate) fn contained<T>(work: impl FnOnce() -> T) -> Result<T, Status> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panicked(&*panic))
}

pin_project! {
    /// A future whose panics are its error. After one it must not be polled again.
    pub(crate) struct Contained<F> {
        #[pin]
        future: F,
    }
}

impl<F> Contained<F> {
    pub(crate) fn new(future: F) -> Self {
        Self { future }
    }
}

impl<F: Future<Output = Result<T, Status>>, T> Future for Contained<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let future = self.project().future;
        contained(|| future.poll(cx)).unwrap_or_else(|status| Poll::Ready(Err(status)))
    }
}

/// INTERNAL. The text of the panic goes to the log, in the span of the call, and no further.
fn panicked(panic: &(dyn Any + Send)) -> Status {
    let literal = panic.downcast_ref::<&str>().copied();
    let formatted = || panic.downcast_ref::<String>().map(String::as_str);
    let text = literal.or_else(formatted).unwrap_or("(not a string)");
    tracing::error!(panic = text, "the handler panicked");
    Status::internal("the handler panicked; the server's log says where")
}
