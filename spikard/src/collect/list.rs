//! The messages of one request, taken within its limits.

use std::task::{Context, Poll, ready};

use crate::call::Charge;
use crate::wire::{Payload, Sink};
use crate::{Message, Status};

use super::decoded::{Decoded, LARGE};
use super::decompression::Decompression;
use super::inflation::Inflation;
use super::large::{Large, Work};
use super::quota::Quota;
use super::violation::Undecodable;

/// The bytes that may be decoded before they are charged to the budget: a compressed chunk can hold a thousand times
/// its size.
const UNCHARGED: usize = 1 << 20;

/// A message that takes more is charged before it is decoded.
const CHARGED_BEFORE: usize = 64 << 10;

/// A message that takes more is decoded on another thread, however short it is on the wire.
const LARGE_HEAP: usize = 4 << 20;

/// The messages so far, each decoded when its last byte arrived.
pub(super) struct MessageList<M> {
    messages: Vec<M>,
    quota: Quota,
    decompression: Decompression,
    /// What is decoded, here or in Python; `None` for raw messages.
    decoded: Option<Decoded>,
    wrong: Undecodable,
    /// A message that is decoded elsewhere. Nothing is taken before it is here.
    large: Option<Large<M>>,
    /// The bytes of the quota that were there when the messages were last taken out.
    taken_at: usize,
    /// Those that were there when the messages were last charged.
    bytes_charged_at: usize,
    /// The [`work`](Self::work) that was done then.
    work_charged_at: usize,
    /// Nothing more is taken before they are charged.
    full: bool,
}

impl<M: Message> MessageList<M> {
    pub(super) fn new(
        quota: Quota,
        decompression: Decompression,
        decoded: Option<Decoded>,
        wrong: Undecodable,
    ) -> Self {
        Self {
            messages: Vec::new(),
            quota,
            decompression,
            decoded,
            wrong,
            large: None,
            taken_at: 0,
            bytes_charged_at: 0,
            work_charged_at: 0,
            full: false,
        }
    }

    /// What the messages take: on the heap, or as raw bytes, and the list itself, so that many empty messages are not
    /// free.
    pub(super) fn size(&self) -> usize {
        let list = self.messages.capacity().saturating_mul(size_of::<M>());
        let raw = if M::is_raw() {
            self.quota.bytes() - self.taken_at
        } else {
            0
        };
        let decoded = self.decoded.as_ref();
        let decoded = decoded.map_or(0, |decoded| decoded.heap(self.messages.len()));
        raw.saturating_add(decoded).saturating_add(list)
    }

    /// The bytes of all messages so far, encoded or decoded, those that were taken out included.
    pub(super) fn work(&self) -> usize {
        let decoded = self.decoded.as_ref().map_or(0, Decoded::total);
        self.quota.bytes().max(decoded)
    }

    /// The messages so far, those that were taken out included.
    pub(super) fn received(&self) -> usize {
        self.quota.messages()
    }

    /// What is there has been charged: more may be taken.
    pub(super) fn charged(&mut self) {
        self.work_charged_at = self.work();
        self.bytes_charged_at = self.quota.bytes();
        self.full = false;
    }

    /// Takes messages for as long as the list is charged to `charge`.
    pub(super) fn charging<'a>(&'a mut self, charge: &'a mut Charge) -> Charging<'a, M> {
        Charging { list: self, charge }
    }

    /// Whether the last message is large, and still being decoded.
    pub(super) fn has_large(&self) -> bool {
        self.large.is_some()
    }

    /// Waits for a large message, if there is one. It is in the list when this is ready.
    pub(super) fn poll_large(
        &mut self,
        cx: &mut Context<'_>,
        charge: &mut Charge,
    ) -> Poll<Result<(), Status>> {
        let Some(large) = &mut self.large else {
            return Poll::Ready(Ok(()));
        };
        let done = ready!(large.poll(cx));
        self.large = None;
        let mut done = done?;
        charge.absorb(done.charge);
        self.messages.append(&mut done.messages);
        if let Some(decoded) = &mut self.decoded {
            decoded.add(done.heap);
        }
        self.quota.count(done.len);
        Poll::Ready(Ok(()))
    }

    /// Takes the messages out; their number and bytes still count.
    pub(super) fn take(&mut self) -> Vec<M> {
        self.taken_at = self.quota.bytes();
        if let Some(decoded) = &mut self.decoded {
            decoded.take();
        }
        std::mem::take(&mut self.messages)
    }

    /// The index of the first message that [`take`](Self::take) takes out, and which of them were compressed.
    pub(super) fn take_compressed(&mut self) -> (usize, Vec<bool>) {
        self.decompression.take(self.quota.messages())
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
        let len = payload.len();
        if let Some(decoded) = &mut self.list.decoded
            && !decoded.add_unread(len)
        {
            return self.read(payload, compressed_len);
        }
        self.decode(payload, compressed_len)
    }

    #[inline(always)]
    fn decode(&mut self, payload: Payload<'_>, compressed_len: usize) -> Result<(), Status> {
        let len = payload.len().max(compressed_len);
        let index = self.list.quota.messages();
        M::decode_onto(&mut self.list.messages, payload)
            .map_err(|error| self.list.wrong.status::<M>(index, &error))?;
        self.list.quota.count(len);
        Ok(())
    }

    /// Learns what a message takes, and holds the budget for it.
    #[inline(never)]
    fn read(&mut self, payload: Payload<'_>, compressed_len: usize) -> Result<(), Status> {
        let list = &mut *self.list;
        let Some(decoded) = &mut list.decoded else {
            return self.decode(payload, compressed_len);
        };
        if decoded.is_large(payload.len()) {
            return self.set_aside(payload, None);
        }
        let room = decoded.room();
        let index = list.quota.messages();
        let heap = room
            .measure(payload.as_slice())
            .map_err(|refused| list.wrong.refused::<M>(index, &room, refused))?;
        // What Python decodes has only been read, and takes no time here.
        if heap >= LARGE_HEAP && !M::is_raw() {
            return self.set_aside(payload, None);
        }
        decoded.add(heap);
        list.full = list.work() - list.work_charged_at >= UNCHARGED;
        if heap >= CHARGED_BEFORE {
            let size = list.size().saturating_add(payload.len());
            self.charge.set(size)?;
        }
        self.decode(payload, compressed_len)
    }

    #[inline(never)]
    fn inflate(&mut self, payload: Payload<'_>) -> Result<(), Status> {
        let list = &mut *self.list;
        let inflation = list.decompression.next(&list.quota)?;
        match inflation.at_most(LARGE, payload.as_slice())? {
            Some(plain) => self.push(Payload::joined(plain), payload.len()),
            None => self.set_aside(payload, Some(inflation)),
        }
    }

    /// Leaves a large message to another thread.
    fn set_aside(
        &mut self,
        payload: Payload<'_>,
        inflation: Option<Inflation>,
    ) -> Result<(), Status> {
        let list = &mut *self.list;
        // The message is no longer a part of what the call itself holds.
        self.charge.set(list.size())?;
        let mut charge = self.charge.another();
        charge.set(payload.len())?;
        list.full = true;
        list.large = Some(Large::new(Work {
            wire: payload.into_vec(),
            inflation,
            room: list.decoded.as_ref().map(Decoded::room),
            index: list.quota.messages(),
            wrong: list.wrong,
            charge,
        }));
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
            self.inflate(payload)
        } else {
            self.push(payload, 0)
        }
    }

    fn is_full(&self) -> bool {
        self.list.full || self.list.quota.bytes() - self.list.bytes_charged_at >= UNCHARGED
    }
}
