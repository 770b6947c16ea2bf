//! A panic fails the call that it happens in, and no other.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::Status;

#[cfg(feature = "server")]
use super::panic_place;
use super::panic_text::text;
use super::span::CallSpan;

/// Runs the user's code; a panic in it is the error, and is logged in the span that is entered.
///
/// The caller drops, or never uses again, what `work` may have left half-changed.
pub(crate) fn contained<T>(work: impl FnOnce() -> T) -> Result<T, Status> {
    caught(work).map_err(|panic| panicked(&*panic))
}

/// As [`contained`], for work that enters `span` by itself.
pub(crate) fn contained_in<T>(span: &CallSpan, work: impl FnOnce() -> T) -> Result<T, Status> {
    caught(work).map_err(|panic| span.within(|| panicked(&*panic)))
}

fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    catch_unwind(AssertUnwindSafe(work))
}

/// INTERNAL. The text of the panic goes to the log, and no further.
fn panicked(panic: &(dyn Any + Send)) -> Status {
    let text = text(panic);
    #[cfg(feature = "server")]
    let place = panic_place::of(text);
    // Another server's: its program has a panic hook, or standard error.
    #[cfg(not(feature = "server"))]
    let place: Option<String> = None;
    tracing::error!(panic = text, place, "the handler panicked");
    Status::internal("the handler panicked; the server's log says where")
}
