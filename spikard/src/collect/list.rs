//! The messages of one request, taken within its limits.

use prost::DecodeError;

use crate::wire::{Payload, Sink};
use crate::{Message, Status};

use super::decompression::Decompression;
use super::quota::Quota;
use super::violation;

/// The bytes that may be decoded before they are charged to the budget: a compressed chunk can hold a thousand times
/// its size.
const UNCHARGED: usize = 1 << 20;

/// The messages so far, each decoded when its last byte arrived.
pub(super) struct MessageList<M> {
    messages: Vec<M>,
    quota: Quota,
    decompression: Decompression,
    /// The payload bytes of the quota that were there when the messages were last taken out.
    taken_at: usize,
    /// Those that were there when they were last charged.
    charged_at: usize,
}

impl<M: Message> MessageList<M> {
    pub(super) fn new(quota: Quota, decompression: Decompression) -> Self {
        Self {
            messages: Vec::new(),
            quota,
            decompression,
            taken_at: 0,
            charged_at: 0,
        }
    }

    /// What the messages take: their payload, and the fixed size of each, so that many empty
    /// messages are not free.
    pub(super) fn size(&self) -> usize {
        let fixed = self.messages.len().saturating_mul(size_of::<M>());
        (self.quota.payload_bytes() - self.taken_at).saturating_add(fixed)
    }

    /// What is there has been charged: more may be taken.
    pub(super) fn charged(&mut self) {
        self.charged_at = self.quota.payload_bytes();
    }

    // Always: it has two callers, and a call costs more than decoding a small message.
    #[inline(always)]
    fn push(&mut self, payload: Payload<'_>) -> Result<(), Status> {
        let len = payload.len();
        M::decode_onto(&mut self.messages, payload).map_err(|error| self.undecodable(&error))?;
        self.quota.count(len);
        Ok(())
    }

    #[cold]
    fn undecodable(&self, error: &DecodeError) -> Status {
        let name = std::any::type_name::<M>().rsplit("::").next();
        violation::undecodable(self.quota.messages(), name.unwrap_or("message"), error)
    }

    /// Takes the messages out; their number and bytes still count.
    pub(super) fn take(&mut self) -> Vec<M> {
        self.taken_at = self.quota.payload_bytes();
        std::mem::take(&mut self.messages)
    }

    /// The messages, and which of them were compressed.
    pub(super) fn into_parts(self) -> (Vec<M>, Vec<bool>) {
        (self.messages, self.decompression.into_compressed())
    }
}

impl<M: Message> Sink for MessageList<M> {
    #[inline]
    fn admit(&mut self, compressed: bool, len: usize) -> Result<(), Status> {
        self.quota.admit(compressed, len)?;
        if compressed {
            self.decompression.admit(self.quota.messages())?;
        }
        Ok(())
    }

    // Always: as `push`.
    #[inline(always)]
    fn accept(&mut self, compressed: bool, payload: Payload<'_>) -> Result<(), Status> {
        if compressed {
            let plain = self.decompression.decompress(&payload, &self.quota)?;
            self.push(plain)
        } else {
            self.push(payload)
        }
    }

    fn is_full(&self) -> bool {
        self.quota.payload_bytes() - self.charged_at >= UNCHARGED
    }
}
