//! The compressed messages of one request.

use crate::Status;
use crate::wire::Codec;

use super::inflation::Inflation;
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

    /// How the next message is to be decompressed, which is one of the compressed ones.
    #[inline(never)]
    pub(super) fn next(&mut self, quota: &Quota) -> Result<Inflation, Status> {
        let index = quota.messages();
        let Some(codec) = self.codec else {
            return Err(violation::compressed_without_encoding(index));
        };
        if let Some(compressed) = &mut self.compressed {
            compressed.resize(index, false);
            compressed.push(true);
        }
        Ok(Inflation {
            codec,
            index,
            limit: quota.next_message_limit(),
        })
    }

    pub(super) fn into_compressed(self) -> Vec<bool> {
        self.compressed.unwrap_or_default()
    }
}
