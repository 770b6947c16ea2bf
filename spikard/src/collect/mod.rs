//! From the frames of an HTTP body to messages, within the limits: everything before a handler runs.
//!
//! The body's frames are read here rather than through `tonic::Streaming`, which takes a stream that
//! the client reset with CANCEL for one that it ended.

mod body;
mod decoded;
mod decompression;
mod inflation;
mod large;
mod list;
mod pace;
mod quota;
mod reader;
mod source;
mod stream;
mod violation;

pub(crate) use body::RequestBody;
