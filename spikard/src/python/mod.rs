//! Handlers in Python.
//!
//! A program that is built with the feature `python` has a Python interpreter inside. It needs nothing
//! installed but Python itself: the package `spikard` travels in the program, and is used even where a
//! wheel is installed too. See [`Interpreter`] for its settings.
//!
//! # The program must find libpython
//!
//! The search path of the loader is decided when the program is linked, which a library cannot do for
//! it. Put this `build.rs` beside the program's `Cargo.toml`:
//!
//! ```no_run
//! # #![allow(clippy::needless_doctest_main)]
//! fn main() {
//!     // It is not set without the feature, and where there is no shared libpython.
//!     if let Ok(arg) = std::env::var("DEP_SPIKARD_LINK_ARG") {
//!         println!("cargo::rustc-link-arg={arg}");
//!     }
//! }
//! ```
//!
//! # Where callables are found
//!
//! `module:callable` is imported from, in this order: the folders of [`InterpreterBuilder::path`], the
//! working directory, `PYTHONPATH`, the standard library, and the packages of the virtual environment
//! that is named by [`InterpreterBuilder::virtual_env`] or active (`VIRTUAL_ENV`), or else of the Python
//! that the program is built against.
//!
//! # How they run
//!
//! An `async def` callable runs on the event loop, in a task of its own; when its call is cancelled, so is
//! the task. Any other callable runs in one of min(32, CPUs + 4) threads. Each call has its own copy of
//! the context variables. Tokio's threads never wait for Python.

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
#[cfg(not(spikard_extension))]
pub use embed::{Interpreter, InterpreterBuilder, resolve};
pub use error::{PythonError, PythonErrorKind};
