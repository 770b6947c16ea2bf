//! The end of the process: stops the interpreter, with a bound.

use std::panic::catch_unwind;
use std::sync::Once;

use super::running;

/// Registers what happens at exit, once.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the function is `extern "C"`, does not unwind, and lives as long as the process. A
        // failure to register leaves the process without it, which is no worse than not to try.
        unsafe { libc::atexit(at_exit) };
    });
}

/// The process of the interpreter; a forked child has its memory, but not its thread.
fn is_forked() -> bool {
    running::existing().is_none_or(|running| running.bridge().is_forked())
}

extern "C" fn at_exit() {
    if !is_forked() {
        // A panic must not cross into C.
        let _ = catch_unwind(running::stop);
    }
}
