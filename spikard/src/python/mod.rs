//! Handlers in Python.

#[doc(hidden)]
pub mod entry;
pub(crate) mod rpc;
