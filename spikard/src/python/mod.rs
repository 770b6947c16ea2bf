//! Handlers in Python.

#[doc(hidden)]
pub mod entry;
