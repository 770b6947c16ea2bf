//! What a message of a length takes at most.

/// A bound on what a message takes. Where it is near enough, the bytes need not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    /// So much for each byte, and so much for the message.
    pub(crate) per_byte: usize,
    pub(crate) fixed: usize,
    /// Whether it is near to what messages take, however long they are: they have neither lists nor maps nor boxes.
    pub(crate) is_close: bool,
    /// Whether a message keeps its bytes, as fields of `Bytes` do.
    pub(super) keeps_bytes: bool,
}

impl Bound {
    /// The most that a message of `len` bytes takes.
    pub(super) fn of(self, len: usize) -> usize {
        len.saturating_mul(self.per_byte).saturating_add(self.fixed)
    }
}
