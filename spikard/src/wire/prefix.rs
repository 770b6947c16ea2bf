//! What stands before each message.

/// The bytes of the prefix: the compressed flag (1 byte) and the length of the message (4 bytes, big-endian).
pub(crate) const PREFIX: usize = 5;
