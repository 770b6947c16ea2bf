//! From the frames of an HTTP body to messages: everything before a handler runs.
//!
//! The body's frames are read here rather than through `tonic::Streaming`, which takes a stream that
//! the client reset with CANCEL for one that it ended.

mod body;
mod budget;
mod deframe;
mod ending;
mod idle;
mod keeper;
mod list;
mod payload;
mod reader;
mod sink;
mod stream;
mod violation;

pub(crate) use body::RequestBody;
pub(crate) use budget::{Budget, Charge};
pub(crate) use deframe::PREFIX;
#[cfg(test)]
pub(crate) use keeper::Keeper;
pub(crate) use payload::{Payload, PayloadReader};
