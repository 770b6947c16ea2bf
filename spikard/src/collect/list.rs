//! The messages of one call, taken within its limits.

use crate::{Limits, Message, Status};

use super::deframe::Sink;
use super::payload::Payload;
use super::violation;

/// How many messages a method takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    One,
    Any,
}

/// The messages so far, each decoded when its last byte arrived.
pub(super) struct MessageList<'a, M> {
    messages: Vec<M>,
    payload_bytes: usize,
    limits: &'a Limits,
    expect: Expect,
}

impl<'a, M: Message> MessageList<'a, M> {
    pub(super) fn new(limits: &'a Limits, expect: Expect) -> Self {
        Self {
            messages: Vec::new(),
            payload_bytes: 0,
            limits,
            expect,
        }
    }

    /// What the messages take: their payload, and the fixed size of each, so that many empty
    /// messages are not free.
    pub(super) fn size(&self) -> usize {
        let fixed = self.messages.len().saturating_mul(size_of::<M>());
        self.payload_bytes.saturating_add(fixed)
    }

    pub(super) fn into_messages(self) -> Vec<M> {
        self.messages
    }
}

impl<M: Message> Sink for MessageList<'_, M> {
    fn admit(&mut self, compressed: bool, len: usize) -> Result<(), Status> {
        let index = self.messages.len();
        if self.expect == Expect::One && index == 1 {
            return Err(violation::cardinality("a second one"));
        }
        if self.expect == Expect::Any && index >= self.limits.max_messages {
            return Err(violation::too_many_messages(self.limits.max_messages));
        }
        if compressed {
            return Err(violation::compressed_without_encoding(index));
        }
        if len > self.limits.max_message_bytes {
            let limit = self.limits.max_message_bytes;
            return Err(violation::message_too_large(index, limit, len));
        }
        let total = self.payload_bytes.saturating_add(len);
        if total > self.limits.max_stream_bytes {
            let limit = self.limits.max_stream_bytes;
            return Err(violation::stream_too_large(limit, total));
        }
        Ok(())
    }

    fn accept(&mut self, _compressed: bool, payload: Payload<'_>) -> Result<(), Status> {
        self.payload_bytes += payload.len();
        let message = M::decode_payload(payload).map_err(|error| {
            let name = std::any::type_name::<M>().rsplit("::").next();
            violation::undecodable(self.messages.len(), name.unwrap_or("message"), &error)
        })?;
        self.messages.push(message);
        Ok(())
    }
}
