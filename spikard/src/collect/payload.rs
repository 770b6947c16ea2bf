//! One message as it was found in the body.

use std::ops::Range;

use bytes::Bytes;

/// The bytes of one message: a slice of the DATA chunk that carried it, or, where it straddled
/// chunks, its own buffer.
pub struct Payload<'chunk>(Inner<'chunk>);

enum Inner<'chunk> {
    Slice(&'chunk Bytes, Range<usize>),
    Joined(Vec<u8>),
}

impl<'chunk> Payload<'chunk> {
    pub(crate) fn slice(chunk: &'chunk Bytes, range: Range<usize>) -> Self {
        Self(Inner::Slice(chunk, range))
    }

    pub(crate) fn joined(buffer: Vec<u8>) -> Self {
        Self(Inner::Joined(buffer))
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        match &self.0 {
            Inner::Slice(chunk, range) => &chunk[range.clone()],
            Inner::Joined(buffer) => buffer,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match &self.0 {
            Inner::Slice(_, range) => range.len(),
            Inner::Joined(buffer) => buffer.len(),
        }
    }

    /// Without a copy in either case.
    pub(crate) fn into_bytes(self) -> Bytes {
        match self.0 {
            Inner::Slice(chunk, range) => chunk.slice(range),
            Inner::Joined(buffer) => Bytes::from(buffer),
        }
    }
}
