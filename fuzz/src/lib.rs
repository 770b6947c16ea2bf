//! Calls in the process, and what their answers must be.

mod body;
mod call;
mod reference;

pub use call::{Answer, call};
pub use reference::{Encoding, framed, messages};

/// Small, so that a fuzzer finds them.
pub const MAX_MESSAGES: usize = 8;
/// Of one message, decompressed.
pub const MAX_MESSAGE_BYTES: usize = 256;
/// Of all messages, decompressed.
pub const MAX_STREAM_BYTES: usize = 1024;
