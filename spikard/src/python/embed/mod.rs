//! The Python interpreter inside a Rust program.

#[cfg(feature = "health")]
mod answers;
mod boot;
mod config;
mod instance;
mod interpreter;
mod libpython;
mod life;
mod package;
mod resolve;
mod running;
mod settings;
mod venv;

#[cfg(feature = "health")]
pub(crate) use answers::answers;
pub(super) use instance::bridge;
#[cfg(not(spikard_extension))]
pub(super) use instance::started;
pub use interpreter::{Interpreter, InterpreterBuilder};
pub use resolve::resolve;
