//! Where calls cross from tokio's threads, which never attach to Python, to Python's, and back.
//!
//! Calls of `async def` handlers wait in one queue, which the event loop's thread drains in bursts: one
//! wake-up, one attach, many calls. Calls of `def` handlers wait in another, which the threads of the
//! pool take from. Answers go back through oneshot channels. Nothing here is a Python object, so
//! dropping it needs no Python.

mod call;
mod handler;
mod lookup;
mod native;
mod notice;
mod pool;
mod queue;
mod slot;
mod wake;

pub(crate) use handler::{Handler, Runs};
pub(crate) use native::{InboundCall, Lookup, PyBridge};
pub(crate) use notice::Notice;
pub(crate) use queue::Bridge;
