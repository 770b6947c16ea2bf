//! Servers that Python starts. Their methods are declared at run time, and their threads are Rust's.
//!
//! These threads never attach to Python. What they report goes through the queue of the bridge, like calls.

mod answer;
mod arena;
mod carried;
mod descriptor;
mod dialogue;
mod ended_calls;
mod ending;
mod errno;
mod in_process;
mod log;
mod methods;
#[cfg(feature = "metrics")]
mod metrics_page;
mod orders;
#[cfg(feature = "metrics")]
mod page_line;
mod phase;
mod pulse;
mod py_answered;
mod py_dialogue;
mod py_head;
mod py_server;
mod running;
mod settings;
mod signals;
mod stats;
mod stop;
mod watchdog;

pub(crate) use arena::one_arena;
pub(crate) use ended_calls::{PyEndedCall, PyEndedCalls};
pub(crate) use ending::Ending;
#[cfg(feature = "metrics")]
pub(crate) use metrics_page::MetricsPage;
pub(crate) use py_answered::PyAnswered;
pub(crate) use py_dialogue::PyDialogue;
pub(crate) use py_server::PyServer;
