//! What is stated of a handler before any call: its kind, its result, its method and limits.

mod kind;
mod limits;
mod method;
mod result;

pub use kind::Kind;
pub use limits::{Limits, MAX_STREAM_MESSAGES, MethodOptions};
pub use method::{Handler, MethodInfo};
pub use result::{HandlerResult, IntoStatus};
