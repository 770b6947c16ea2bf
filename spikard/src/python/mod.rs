//! Handlers in Python.
//!
//! The feature `python` embeds a Python interpreter in the program. Python itself is all that has to be installed: the
//! package `spikard` is part of the program and takes precedence over an installed wheel. [`Interpreter`] has the
//! settings.
//!
//! # Linking libpython
//!
//! The linker decides where the program looks for libpython, and a library cannot set that. Add this `build.rs` to the
//! program:
//!
//! ```no_run
//! # #![allow(clippy::needless_doctest_main)]
//! fn main() {
//!     // Unset without the feature, and where Python has no shared libpython.
//!     if let Ok(arg) = std::env::var("DEP_SPIKARD_LINK_ARG") {
//!         println!("cargo::rustc-link-arg={arg}");
//!     }
//! }
//! ```
//!
//! # How callables are found
//!
//! The module of `module:callable` is imported from the first of:
//!
//! 1. the folders of [`InterpreterBuilder::path`];
//! 2. the working directory;
//! 3. `PYTHONPATH`;
//! 4. the standard library;
//! 5. the packages of the virtual environment that [`InterpreterBuilder::virtual_env`] or `VIRTUAL_ENV` names, or of
//!    the Python that the program is built against.
//!
//! # How they run
//!
//! An `async def` callable runs on the event loop, in a task of its own, which is cancelled with its call. Any other
//! callable runs in a pool of min(32, CPUs + 4) threads. Each call has its own copy of the context variables. Tokio's
//! threads never wait for Python.

#[cfg_attr(
    spikard_extension,
    expect(
        dead_code,
        reason = "callables are found by name in a program that embeds Python"
    )
)]
mod bridge;
pub(crate) mod callable;
mod convert;
#[cfg(not(spikard_extension))]
mod embed;
mod error;
#[doc(hidden)]
pub mod extension;
mod lock;
mod serving;

pub use callable::call_python;
pub use convert::ForPython;
#[cfg(all(feature = "health", not(spikard_extension)))]
pub(crate) use embed::answers;
#[cfg(not(spikard_extension))]
pub use embed::{Interpreter, InterpreterBuilder, resolve};
pub use error::{PythonError, PythonErrorKind};
