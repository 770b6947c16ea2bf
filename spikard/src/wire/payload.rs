//! The payload of one message.

use std::ops::Range;

use bytes::{Buf, Bytes};
use prost::DecodeError;

use crate::shapes::Encoded;

use super::keeper::Keeper;

/// The bytes of one message: a part of the DATA chunk that carried it, or, where it straddled
/// chunks, its own buffer.
pub(crate) struct Payload<'chunk>(Inner<'chunk>);

enum Inner<'chunk> {
    Part {
        chunk: &'chunk Bytes,
        part: Range<usize>,
        keeper: &'chunk mut Keeper,
    },
    Joined(Vec<u8>),
}

impl<'chunk> Payload<'chunk> {
    #[inline]
    pub(crate) fn part(
        chunk: &'chunk Bytes,
        part: Range<usize>,
        keeper: &'chunk mut Keeper,
    ) -> Self {
        Self(Inner::Part {
            chunk,
            part,
            keeper,
        })
    }

    #[inline]
    pub(crate) fn joined(buffer: Vec<u8>) -> Self {
        Self(Inner::Joined(buffer))
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        match &self.0 {
            Inner::Part { chunk, part, .. } => &chunk[part.clone()],
            Inner::Joined(buffer) => buffer,
        }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        match &self.0 {
            Inner::Part { part, .. } => part.len(),
            Inner::Joined(buffer) => buffer.len(),
        }
    }

    /// The bytes by themselves.
    pub(crate) fn into_vec(self) -> Vec<u8> {
        match self.0 {
            Inner::Part { chunk, part, .. } => chunk[part].to_vec(),
            Inner::Joined(buffer) => buffer,
        }
    }

    /// Reads the message as prost does.
    #[inline]
    fn read<T>(self, decode: impl FnOnce(PayloadReader<'_>) -> T) -> T {
        match self.0 {
            Inner::Part {
                chunk,
                part,
                keeper,
            } => decode(PayloadReader::new(chunk, part, Some(keeper))),
            Inner::Joined(buffer) => {
                let whole = Bytes::from(buffer);
                decode(PayloadReader::new(&whole, 0..whole.len(), None))
            }
        }
    }
}

impl Encoded for Payload<'_> {
    /// Without a copy, unless the chunk is too small to be kept for it.
    #[inline]
    fn into_bytes(self) -> Bytes {
        match self.0 {
            Inner::Part {
                chunk,
                part,
                keeper,
            } => keeper.keep(chunk, part),
            Inner::Joined(buffer) => Bytes::from(buffer),
        }
    }

    #[inline]
    fn merge_into<M: prost::Message>(self, message: &mut M) -> Result<(), DecodeError> {
        self.read(|reader| message.merge(reader))
    }
}

/// Reads as fast as a slice, and takes fields of bytes out as [`Payload`] itself is: prost asks for
/// `Bytes` even where it makes a `Vec` of them, so that each would be allocated twice.
struct PayloadReader<'chunk> {
    chunk: &'chunk Bytes,
    /// Where the message ends in the chunk.
    end: usize,
    rest: &'chunk [u8],
    /// `None` where the chunk holds nothing but the message.
    keeper: Option<&'chunk mut Keeper>,
}

impl<'chunk> PayloadReader<'chunk> {
    #[inline]
    fn new(chunk: &'chunk Bytes, part: Range<usize>, keeper: Option<&'chunk mut Keeper>) -> Self {
        Self {
            chunk,
            end: part.end,
            rest: &chunk[part],
            keeper,
        }
    }
}

impl Buf for PayloadReader<'_> {
    #[inline]
    fn remaining(&self) -> usize {
        self.rest.len()
    }

    #[inline]
    fn chunk(&self) -> &[u8] {
        self.rest
    }

    #[inline]
    fn advance(&mut self, count: usize) {
        self.rest = &self.rest[count..];
    }

    #[inline]
    fn copy_to_bytes(&mut self, len: usize) -> Bytes {
        let start = self.end - self.rest.len();
        self.advance(len);
        let taken = start..start + len;
        match &mut self.keeper {
            Some(keeper) => keeper.keep(self.chunk, taken),
            None => self.chunk.slice(taken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes 5 to 25 of a message.
    fn field(payload: Payload<'_>) -> Bytes {
        payload.read(|mut reader| {
            let whole = reader.remaining();
            reader.advance(5);
            let field = reader.copy_to_bytes(20);
            assert_eq!(reader.remaining(), whole - 25);
            assert_eq!(reader.chunk().len(), whole - 25);
            field
        })
    }

    #[test]
    fn a_field_of_a_large_chunk_is_a_slice_of_it() {
        let chunk = Bytes::from(vec![7; 16_384]);
        let found = field(Payload::part(&chunk, 10..40, &mut Keeper::default()));
        assert_eq!(found.as_ptr(), chunk[15..].as_ptr());
    }

    #[test]
    fn a_field_of_a_small_chunk_does_not_keep_it_alive() {
        let chunk = Bytes::from((0..100).collect::<Vec<u8>>());
        let found = field(Payload::part(&chunk, 10..40, &mut Keeper::default()));
        assert_eq!(found, chunk[15..35]);
        assert!(chunk.is_unique());
    }

    #[test]
    fn a_field_of_a_joined_message_is_a_slice_of_its_buffer() {
        let buffer = vec![7; 100];
        let at = buffer[5..].as_ptr();
        assert_eq!(field(Payload::joined(buffer)).as_ptr(), at);
    }
}
