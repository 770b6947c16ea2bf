//! Where calls cross from tokio's threads, which never attach to Python, to Python's, and back.
//!
//! Calls of `async def` handlers wait in one queue, which the event loop's thread drains in bursts: one
//! wake-up, one attach, many calls. Calls of `def` handlers wait in another, which the threads of the
//! pool take from. Answers go back through oneshot channels.
//!
//! Streams cross in batches, each way with room for one: what tokio has read waits until Python takes it, what
//! Python has yielded until the connection takes it, and neither side goes on before that.
//! Nothing here is a Python object, so
//! dropping it needs no Python.

mod call;
mod calling;
mod finding;
mod handler;
mod inbound_call;
mod inflow;
mod lookup;
mod module;
mod notice;
mod outflow;
mod pool;
mod process;
mod pump;
mod py_bridge;
mod queue;
mod reply;
mod shared;
mod slot;
mod wake;
mod yielded;

pub(crate) use handler::{Handler, Runs};
pub(crate) use module::register;
pub(crate) use notice::Notice;
pub(crate) use py_bridge::PyBridge;
pub(crate) use reply::PythonReply;
pub(crate) use shared::Bridge;
