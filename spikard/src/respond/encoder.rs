//! One message after the other, with the 5-byte prefix of gRPC.

use std::io;

use bytes::{BufMut, Bytes};

use crate::stats::{Limit, limited};
use crate::wire::{Codec, PREFIX};
use crate::{Message, Status};

use super::encoding::Encoding;

/// A raw message of this size or more is sent as it is, without a copy into a chunk.
pub(super) const UNCOPIED: usize = 16 * 1024;

/// Writes the messages of one response.
#[derive(Debug)]
pub(super) struct Encoder {
    encoding: Encoding,
    index: usize,
}

impl Encoder {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self { encoding, index: 0 }
    }

    /// The messages that were appended.
    pub(super) fn messages(&self) -> usize {
        self.index
    }

    /// Appends a message to `chunk`. Of a large one only the prefix: the message is returned, to be sent next.
    ///
    /// A message that cannot be sent leaves nothing in `chunk`: the messages before it are still sent.
    pub(super) fn append<M: Message>(
        &mut self,
        chunk: &mut Vec<u8>,
        message: &M,
    ) -> Result<Option<Bytes>, Status> {
        let start = chunk.len();
        let appended = self.try_append(chunk, message);
        match &appended {
            Ok(_) => self.index += 1,
            Err(_) => chunk.truncate(start),
        }
        appended
    }

    fn try_append<M: Message>(
        &self,
        chunk: &mut Vec<u8>,
        message: &M,
    ) -> Result<Option<Bytes>, Status> {
        let large = self.uncopied(message);
        match &large {
            Some(large) => {
                chunk.put_u8(0);
                chunk.put_slice(&self.length(large.len())?);
            }
            None => self.copy(chunk, message)?,
        }
        Ok(large)
    }

    fn uncopied<M: Message>(&self, message: &M) -> Option<Bytes> {
        let raw = message.raw().filter(|raw| raw.len() >= UNCOPIED)?;
        self.codec().is_none().then(|| raw.clone())
    }

    fn copy<M: Message>(&self, chunk: &mut Vec<u8>, message: &M) -> Result<(), Status> {
        let start = chunk.len();
        let payload = start + PREFIX;
        // The length is written last: to ask for it first would walk the message twice.
        chunk.put_bytes(0, PREFIX);
        message.encode_payload(chunk);
        let mut length = self.length(chunk.len() - payload)?;
        if let Some(codec) = self.codec() {
            let compressed = codec
                .compress(&chunk[payload..])
                .map_err(|error| incompressible(self.index, &error))?;
            // The compressed flag is of each message: one that would grow is sent plain.
            if compressed.len() < chunk.len() - payload {
                length = self.length(compressed.len())?;
                chunk[start] = 1;
                chunk.truncate(payload);
                chunk.put_slice(&compressed);
            }
        }
        chunk[start + 1..payload].copy_from_slice(&length);
        Ok(())
    }

    fn codec(&self) -> Option<Codec> {
        self.encoding.codec_of(self.index)
    }

    fn length(&self, len: usize) -> Result<[u8; 4], Status> {
        let limit = self.encoding.max_message_bytes;
        let length = u32::try_from(len).ok().filter(|_| len <= limit);
        let length = length.ok_or_else(|| too_large(self.index, len, limit))?;
        Ok(length.to_be_bytes())
    }
}

fn too_large(index: usize, len: usize, limit: usize) -> Status {
    limited(
        Limit::MaxSentMessageBytes,
        Status::resource_exhausted(format!(
            "message {index} of the response has {len} bytes, more than max_sent_message_bytes = {limit}: \
             answer with smaller messages, or raise max_sent_message_bytes for the server"
        )),
    )
}

fn incompressible(index: usize, error: &io::Error) -> Status {
    Status::internal(format!(
        "message {index} of the response could not be compressed: {error}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_over_the_limit_leaves_nothing_in_the_chunk() {
        let mut encoder = Encoder::new(Encoding {
            codec: None,
            uncompressed: Vec::new(),
            max_message_bytes: 5,
        });
        let mut chunk = Vec::new();
        let first = encoder.append(&mut chunk, &Bytes::from_static(b"first"));
        assert!(matches!(first, Ok(None)));
        for size in [6, UNCOPIED] {
            let refused = encoder.append(&mut chunk, &Bytes::from(vec![0; size]));
            let status = refused.expect_err("a status");
            assert!(status.message().starts_with("message 1 of the response"));
            assert_eq!(chunk, b"\0\0\0\0\x05first");
        }
    }
}
