//! The limits of one request, against what has been received of it.

use crate::stats::Limit;
use crate::{Limits, Status};

use super::violation;

/// How many messages a method takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    One,
    Any,
}

/// Counts the messages of a request and their bytes, and refuses what is over a limit.
pub(super) struct Quota {
    limits: Limits,
    expect: Expect,
    messages: usize,
    bytes: usize,
}

impl Quota {
    pub(super) fn new(limits: Limits, expect: Expect) -> Self {
        Self {
            limits,
            expect,
            messages: 0,
            bytes: 0,
        }
    }

    /// The messages so far, which is the index of the next.
    #[inline]
    pub(super) fn messages(&self) -> usize {
        self.messages
    }

    /// The bytes of all messages so far: of each its payload, or what it was compressed to if that is more.
    #[inline]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Refuses a message by the length that its prefix declares.
    #[inline]
    pub(super) fn admit(&self, compressed: bool, len: usize) -> Result<(), Status> {
        if self.expect == Expect::One && self.messages == 1 {
            return Err(violation::cardinality("a second one"));
        }
        if self.expect == Expect::Any && self.messages >= self.limits.max_messages {
            return Err(violation::too_many_messages(self.limits.max_messages));
        }
        // The limits hold for compressed bytes as well, with slack for what incompressible data grows by.
        let slack = if compressed { len / 512 + 1024 } else { 0 };
        let at_least = len.saturating_sub(slack);
        if at_least > self.limits.max_message_bytes {
            let limit = self.limits.max_message_bytes;
            return Err(violation::message_too_large(self.messages, limit, len));
        }
        let total = self.bytes.saturating_add(at_least);
        if total > self.limits.max_stream_bytes {
            let limit = self.limits.max_stream_bytes;
            return Err(violation::stream_too_large(limit, total));
        }
        Ok(())
    }

    /// The bytes that the next message may decompress to, and the limit behind that with its value.
    pub(super) fn next_message_limit(&self) -> (usize, Limit, usize) {
        let Limits {
            max_message_bytes,
            max_stream_bytes,
            ..
        } = self.limits;
        let left = max_stream_bytes.saturating_sub(self.bytes);
        if left < max_message_bytes {
            (left, Limit::MaxStreamBytes, max_stream_bytes)
        } else {
            (max_message_bytes, Limit::MaxMessageBytes, max_message_bytes)
        }
    }

    /// Counts a message of `len` bytes.
    #[inline]
    pub(super) fn count(&mut self, len: usize) {
        self.messages += 1;
        self.bytes = self.bytes.saturating_add(len);
    }
}
