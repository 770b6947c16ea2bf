//! What a message of a length takes at most.

/// A bound on what a message takes. Where it is near enough, the bytes need not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    /// The most that one byte of any message of the type takes.
    pub(super) per_byte: usize,
    /// Another bound: so much for each byte, and so much for the message. It is the nearer one for a type that has
    /// neither lists nor maps nor boxes.
    pub(super) per_byte_of_text: usize,
    pub(super) fixed: usize,
    pub(super) is_close: bool,
    /// Whether a message keeps its bytes, as fields of `Bytes` do.
    pub(super) keeps_bytes: bool,
}

impl Bound {
    /// The most that a message of `len` bytes takes.
    #[inline]
    pub(crate) fn of(self, len: usize) -> usize {
        let by_bytes = len.saturating_mul(self.per_byte);
        let by_texts = len.saturating_mul(self.per_byte_of_text);
        by_bytes.min(by_texts.saturating_add(self.fixed))
    }

    /// Whether it is near to what messages take, however long they are.
    pub(crate) fn is_close(self) -> bool {
        self.is_close
    }
}
