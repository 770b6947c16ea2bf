//! The queues between tokio's threads, which never attach to Python, and Python's threads.
//!
//! Calls of `async def` handlers go through one queue, which the event loop drains in bursts: one wake-up and one
//! attach for many calls. Calls of `def` handlers go through another, which the threads of the pool take from.
//! Responses return through oneshot channels.
//!
//! Streams cross in batches, with backpressure both ways: tokio reads no further until Python has taken the last
//! batch, and a generator is suspended until the connection has room.
//!
//! Nothing here holds a Python object, so any thread may drop it.

mod ability;
mod call;
mod call_drain;
mod calling;
mod cause;
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
mod waiting;
mod wake;
mod yielded;

pub(crate) use ability::{ASKED_EVERY, Ability};
pub(crate) use handler::{Found, Handler, Runs};
pub(crate) use module::register;
pub(crate) use notice::Notice;
pub(crate) use py_bridge::PyBridge;
pub(crate) use reply::PythonReply;
pub(crate) use shared::{Bridge, BridgeLimits};
