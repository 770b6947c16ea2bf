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
    /// The index of the first message that was not taken out.
    first: usize,
    /// Which messages were compressed, from there up to the last that was.
    compressed: Vec<bool>,
}

impl Decompression {
    pub(super) fn new(codec: Option<Codec>) -> Self {
        Self {
            codec,
            first: 0,
            compressed: Vec::new(),
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
        self.compressed.resize(index - self.first, false);
        self.compressed.push(true);
        Ok(Inflation {
            codec,
            index,
            limit: quota.next_message_limit(),
        })
    }

    /// The first message that was not taken out, and which were compressed from there up to the last before `end`. These
    /// are taken out: one that is still being decompressed stays.
    pub(super) fn take(&mut self, end: usize) -> (usize, Vec<bool>) {
        let first = std::mem::replace(&mut self.first, end);
        let taken = self.compressed.len().min(end - first);
        let rest = self.compressed.split_off(taken);
        (first, std::mem::replace(&mut self.compressed, rest))
    }

    pub(super) fn into_compressed(self) -> Vec<bool> {
        self.compressed
    }
}
