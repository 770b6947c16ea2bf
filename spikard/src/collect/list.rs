//! The messages of one call, taken within its limits.

use prost::DecodeError;

use crate::compression::{InflateError, inflate};
use crate::{Compression, Limits, Message, Status};

use super::payload::Payload;
use super::sink::Sink;
use super::violation;

/// How many messages a method takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    One,
    Any,
}

/// What may be decoded before it is charged to the buffer: a few bytes of a chunk can stand for a
/// thousand times as many.
const UNCHARGED: usize = 1 << 20;

/// The messages so far, each decoded when its last byte arrived.
pub(super) struct MessageList<M> {
    messages: Vec<M>,
    /// The messages taken out before these.
    taken: usize,
    /// The payload of all messages so far.
    payload_bytes: usize,
    /// The payload of those that were taken out.
    taken_bytes: usize,
    /// The payload that was there when the next messages were asked for.
    charged_bytes: usize,
    limits: Limits,
    compression: Compression,
    /// Which messages were compressed, up to the last that was.
    compressed: Vec<bool>,
    expect: Expect,
}

impl<M: Message> MessageList<M> {
    pub(super) fn new(limits: Limits, compression: Compression, expect: Expect) -> Self {
        Self {
            messages: Vec::new(),
            taken: 0,
            payload_bytes: 0,
            taken_bytes: 0,
            charged_bytes: 0,
            limits,
            compression,
            compressed: Vec::new(),
            expect,
        }
    }

    /// What the messages take: their payload, and the fixed size of each, so that many empty
    /// messages are not free.
    pub(super) fn size(&self) -> usize {
        let fixed = self.messages.len().saturating_mul(size_of::<M>());
        (self.payload_bytes - self.taken_bytes).saturating_add(fixed)
    }

    #[inline(never)]
    fn inflate(&self, payload: &Payload<'_>) -> Result<Payload<'static>, Status> {
        let index = self.received();
        let left = self
            .limits
            .max_stream_bytes
            .saturating_sub(self.payload_bytes);
        let (name, limit, value) = if left < self.limits.max_message_bytes {
            ("max_stream_bytes", left, self.limits.max_stream_bytes)
        } else {
            let limit = self.limits.max_message_bytes;
            ("max_message_bytes", limit, limit)
        };
        match inflate(self.compression, payload.as_slice(), limit) {
            Ok(message) => Ok(Payload::joined(message)),
            Err(InflateError::TooLarge) => Err(violation::inflated_too_large(index, name, value)),
            Err(InflateError::Corrupt(error)) => {
                Err(violation::corrupt(index, self.compression.name(), &error))
            }
        }
    }

    /// What is there has been charged, so that there is room for more.
    pub(super) fn charged(&mut self) {
        self.charged_bytes = self.payload_bytes;
    }

    // Always: it is called from two places, and calling it costs more than a small message takes to decode.
    #[inline(always)]
    fn push(&mut self, payload: Payload<'_>) -> Result<(), Status> {
        self.payload_bytes = self.payload_bytes.saturating_add(payload.len());
        M::decode_onto(&mut self.messages, payload).map_err(|error| self.undecodable(&error))
    }

    #[cold]
    fn undecodable(&self, error: &DecodeError) -> Status {
        let name = std::any::type_name::<M>().rsplit("::").next();
        violation::undecodable(self.received(), name.unwrap_or("message"), error)
    }

    /// Takes the messages out; their number and bytes still count.
    pub(super) fn take(&mut self) -> Vec<M> {
        self.taken = self.received();
        self.taken_bytes = self.payload_bytes;
        std::mem::take(&mut self.messages)
    }

    pub(super) fn into_compressed(self) -> Vec<bool> {
        self.compressed
    }

    fn received(&self) -> usize {
        self.taken.saturating_add(self.messages.len())
    }
}

impl<M: Message> Sink for MessageList<M> {
    #[inline]
    fn admit(&mut self, compressed: bool, len: usize) -> Result<(), Status> {
        let index = self.received();
        if self.expect == Expect::One && index == 1 {
            return Err(violation::cardinality("a second one"));
        }
        if self.expect == Expect::Any && index >= self.limits.max_messages {
            return Err(violation::too_many_messages(self.limits.max_messages));
        }
        if compressed && self.compression == Compression::Identity {
            return Err(violation::compressed_without_encoding(index));
        }
        // Compressed bytes are held to the limits as well, but for what incompressible ones may grow by.
        let slack = if compressed { len / 512 + 1024 } else { 0 };
        let at_least = len.saturating_sub(slack);
        if at_least > self.limits.max_message_bytes {
            let limit = self.limits.max_message_bytes;
            return Err(violation::message_too_large(index, limit, len));
        }
        let total = self.payload_bytes.saturating_add(at_least);
        if total > self.limits.max_stream_bytes {
            let limit = self.limits.max_stream_bytes;
            return Err(violation::stream_too_large(limit, total));
        }
        Ok(())
    }

    // Always: as `push`.
    #[inline(always)]
    fn accept(&mut self, compressed: bool, payload: Payload<'_>) -> Result<(), Status> {
        if compressed {
            // A stream that is not buffered has no end to keep this for.
            if self.taken == 0 {
                self.compressed.resize(self.messages.len(), false);
                self.compressed.push(true);
            }
            let inflated = self.inflate(&payload)?;
            self.push(inflated)
        } else {
            self.push(payload)
        }
    }

    fn is_full(&self) -> bool {
        self.payload_bytes - self.charged_bytes >= UNCHARGED
    }
}
