//! The messages of one request, taken within its limits.

use std::fmt;

use crate::call::Charge;
use crate::footprint::Refused;
use crate::wire::{Payload, Sink};
use crate::{Message, Status};

use super::decoded::Decoded;
use super::decompression::Decompression;
use super::quota::Quota;
use super::violation;

/// The bytes that may be decoded before they are charged to the budget: a compressed chunk can hold a thousand times
/// its size.
const UNCHARGED: usize = 1 << 20;

/// A message that takes more is charged before it is decoded.
const CHARGED_BEFORE: usize = 64 << 10;

/// The messages so far, each decoded when its last byte arrived.
pub(super) struct MessageList<M> {
    messages: Vec<M>,
    quota: Quota,
    decompression: Decompression,
    decoded: Decoded,
    /// The bytes of the quota that were there when the messages were last taken out.
    taken_at: usize,
    /// The work that was done when they were last charged.
    charged_at: usize,
}

impl<M: Message> MessageList<M> {
    pub(super) fn new(quota: Quota, decompression: Decompression, decoded: Decoded) -> Self {
        Self {
            messages: Vec::new(),
            quota,
            decompression,
            decoded,
            taken_at: 0,
            charged_at: 0,
        }
    }

    /// What the messages take: on the heap, or as raw bytes, and the list itself, so that many empty messages are not
    /// free.
    pub(super) fn size(&self) -> usize {
        let list = self.messages.capacity().saturating_mul(size_of::<M>());
        let held = if M::is_raw() {
            self.quota.bytes() - self.taken_at
        } else {
            self.decoded.heap(self.messages.len())
        };
        held.saturating_add(list)
    }

    /// The bytes of all messages so far, encoded or decoded, those that were taken out included.
    pub(super) fn work(&self) -> usize {
        self.quota.bytes().max(self.decoded.total())
    }

    /// What is there has been charged: more may be taken.
    pub(super) fn charged(&mut self) {
        self.charged_at = self.work();
    }

    /// Takes messages for as long as the list is charged to `charge`.
    pub(super) fn charging<'a>(&'a mut self, charge: &'a mut Charge) -> Charging<'a, M> {
        Charging { list: self, charge }
    }

    #[cold]
    fn undecodable(&self, error: &dyn fmt::Display) -> Status {
        let name = std::any::type_name::<M>().rsplit("::").next();
        violation::undecodable(self.quota.messages(), name.unwrap_or("message"), error)
    }

    #[cold]
    fn refused(&self, refused: Refused) -> Status {
        match refused {
            Refused::TooLarge { at_least } => {
                let limit = self.decoded.limit();
                violation::decoded_too_large(self.quota.messages(), limit, at_least)
            }
            Refused::Malformed(how) => self.undecodable(&how),
        }
    }

    /// Takes the messages out; their number and bytes still count.
    pub(super) fn take(&mut self) -> Vec<M> {
        self.taken_at = self.quota.bytes();
        self.decoded.take();
        std::mem::take(&mut self.messages)
    }

    /// The messages, and which of them were compressed.
    pub(super) fn into_parts(self) -> (Vec<M>, Vec<bool>) {
        (self.messages, self.decompression.into_compressed())
    }
}

/// A list whose messages are charged as they are taken.
pub(super) struct Charging<'a, M> {
    list: &'a mut MessageList<M>,
    charge: &'a mut Charge,
}

impl<M: Message> Charging<'_, M> {
    // Always: it has two callers, and a call costs more than decoding a small message.
    #[inline(always)]
    fn push(&mut self, payload: Payload<'_>, compressed_len: usize) -> Result<(), Status> {
        if !M::is_raw() && !self.list.decoded.add_unread(payload.len()) {
            self.read(&payload)?;
        }
        let len = payload.len().max(compressed_len);
        M::decode_onto(&mut self.list.messages, payload)
            .map_err(|error| self.list.undecodable(&error))?;
        self.list.quota.count(len);
        Ok(())
    }

    /// Learns what a message takes, and holds the budget for it.
    #[inline(never)]
    fn read(&mut self, payload: &Payload<'_>) -> Result<(), Status> {
        let list = &mut *self.list;
        let added = list.decoded.add(payload.as_slice());
        let takes = added.map_err(|refused| list.refused(refused))?;
        if takes >= CHARGED_BEFORE {
            let size = list.size().saturating_add(payload.len());
            self.charge.set(size)?;
        }
        Ok(())
    }
}

impl<M: Message> Sink for Charging<'_, M> {
    #[inline]
    fn admit(&mut self, compressed: bool, len: usize) -> Result<(), Status> {
        self.list.quota.admit(compressed, len)?;
        if compressed {
            self.list.decompression.admit(self.list.quota.messages())?;
        }
        Ok(())
    }

    // Always: as `push`.
    #[inline(always)]
    fn accept(&mut self, compressed: bool, payload: Payload<'_>) -> Result<(), Status> {
        if compressed {
            let list = &mut *self.list;
            let plain = list.decompression.decompress(&payload, &list.quota)?;
            self.push(plain, payload.len())
        } else {
            self.push(payload, 0)
        }
    }

    fn is_full(&self) -> bool {
        self.list.work() - self.list.charged_at >= UNCHARGED
    }
}
