//! A server that Python starts: its methods are declared at run time, its threads are Rust's own.
//!
//! None of those threads ever attaches to Python. What they have to tell goes through the queue of
//! the bridge, like the calls.

mod answer;
mod arena;
mod ending;
mod errno;
mod in_process;
mod log;
mod methods;
mod py_server;
mod running;
mod settings;
mod signals;
mod watchdog;

pub(crate) use arena::one_arena;
pub(crate) use ending::Ending;
pub(crate) use py_server::{PyAnswered, PyServer};
