//! A panic fails the call that it happens in, and no other.

use std::any::Any;
use std::cell::Cell;
#[cfg(feature = "server")]
use std::panic::PanicHookInfo;
use std::panic::{AssertUnwindSafe, catch_unwind};
#[cfg(feature = "server")]
use std::sync::Once;

use crate::Status;

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
    let literal = panic.downcast_ref::<&str>().copied();
    let formatted = || panic.downcast_ref::<String>().map(String::as_str);
    let text = literal.or_else(formatted).unwrap_or("(not a string)");
    let place = PLACE.take();
    tracing::error!(panic = text, place, "the handler panicked");
    Status::internal("the handler panicked; the server's log says where")
}

thread_local! {
    /// Where the thread panicked last.
    static PLACE: Cell<Option<String>> = const { Cell::new(None) };
}

/// Has the log say where a handler panicked. Only a panic hook is told, so one is put before that of the program, once.
#[cfg(feature = "server")]
pub(crate) fn note_places() {
    static NOTED: Once = Once::new();
    NOTED.call_once(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            note_place(panic);
            hook(panic);
        }));
    });
}

#[cfg(feature = "server")]
fn note_place(panic: &PanicHookInfo<'_>) {
    // A thread that ends has no such place any more; then the event has none either.
    let _ = PLACE.try_with(|place| place.set(panic.location().map(ToString::to_string)));
}
