//! The compressed messages of one request.

use crate::Status;
use crate::wire::{Codec, DecompressError, Payload};

use super::quota::Quota;
use super::violation;

/// Decompresses messages within their quota, and remembers which they were.
pub(super) struct Decompression {
    /// What `grpc-encoding` names.
    codec: Option<Codec>,
    /// Which messages were compressed, up to the last that was; `None` for a stream, which has no end to
    /// keep this for.
    compressed: Option<Vec<bool>>,
}

impl Decompression {
    /// For messages that are collected.
    pub(super) fn buffered(codec: Option<Codec>) -> Self {
        Self {
            codec,
            compressed: Some(Vec::new()),
        }
    }

    /// For messages that are handed on as they arrive.
    pub(super) fn streamed(codec: Option<Codec>) -> Self {
        Self {
            codec,
            compressed: None,
        }
    }

    /// Refuses a compressed message where the request names no codec.
    #[inline]
    pub(super) fn admit(&self, index: usize) -> Result<(), Status> {
        if self.codec.is_none() {
            return Err(violation::compressed_without_encoding(index));
        }
        Ok(())
    }

    #[inline(never)]
    pub(super) fn decompress(
        &mut self,
        payload: &Payload<'_>,
        quota: &Quota,
    ) -> Result<Payload<'static>, Status> {
        let index = quota.messages();
        let Some(codec) = self.codec else {
            return Err(violation::compressed_without_encoding(index));
        };
        if let Some(compressed) = &mut self.compressed {
            compressed.resize(index, false);
            compressed.push(true);
        }
        let (limit, name, value) = quota.next_message_limit();
        match codec.decompress(payload.as_slice(), limit) {
            Ok(message) => Ok(Payload::joined(message)),
            Err(DecompressError::TooLarge) => {
                Err(violation::decompressed_too_large(index, name, value))
            }
            Err(DecompressError::Corrupt(error)) => {
                Err(violation::corrupt(index, codec.name(), &error))
            }
        }
    }

    pub(super) fn into_compressed(self) -> Vec<bool> {
        self.compressed.unwrap_or_default()
    }
}
