//! Where a thread panicked, for the log. Only a panic hook is told.

use std::cell::Cell;
use std::panic;
use std::sync::Once;

use super::panic_text::text;

/// A panic, as the hook is told of it.
struct Noted {
    text: String,
    place: Option<String>,
}

thread_local! {
    /// The last panic of the thread.
    static LAST: Cell<Option<Noted>> = const { Cell::new(None) };
}

/// Has the places of panics noted from now on, by a hook before that of the program.
pub(crate) fn note() {
    static NOTED: Once = Once::new();
    NOTED.call_once(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let noted = Noted {
                text: text(panic.payload()).to_owned(),
                place: panic.location().map(ToString::to_string),
            };
            // A thread that ends has no such value any more; then the log has no place either.
            let _ = LAST.try_with(|last| last.set(Some(noted)));
            hook(panic);
        }));
    });
}

/// The place of the panic with this text that was caught just now.
pub(super) fn of(text: &str) -> Option<String> {
    // One that is resumed here was noted on its own thread; the last of this thread is another.
    LAST.take().filter(|noted| noted.text == text)?.place
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    #[test]
    fn a_place_is_that_of_the_panic_with_the_text() {
        note();
        note();
        catch_unwind(|| panic!("one")).unwrap_err();
        assert!(of("one").unwrap().contains("panic_place.rs:"));
        assert_eq!(of("one"), None);
        catch_unwind(|| panic!("two, {}", "formatted")).unwrap_err();
        assert_eq!(of("of another thread, and resumed"), None);
    }
}
