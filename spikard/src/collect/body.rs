//! The body of a request, as far as it has been read.

use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tonic::body::Body;

use crate::call::{Buffered, Charge, HalfClose};
use crate::footprint::MessagesOf;
use crate::wire::{Codec, Keeper, PREFIX};
use crate::{Call, Limits, Message, Status};

use super::decoded::Decoded;
use super::decompression::Decompression;
use super::list::MessageList;
use super::quota::{Expect, Quota};
use super::reader::Reader;
use super::violation::Undecodable;

/// The bytes of messages after which a call gives its thread to others: decompressing and decoding them takes a few
/// milliseconds.
const TURN: usize = 1 << 20;

/// The body of a request, to be read within the limits of its call. It holds the charge for what has been read.
pub(crate) struct RequestBody {
    reader: Reader,
    limits: Limits,
    messages: MessagesOf,
    codec: Option<Codec>,
    charge: Charge,
    call: Arc<Call>,
    /// The bytes that were taken in this turn.
    turn: usize,
}

impl RequestBody {
    pub(crate) fn new(
        body: Body,
        limits: Limits,
        messages: MessagesOf,
        charge: Charge,
        call: Arc<Call>,
        codec: Option<Codec>,
        half_close: HalfClose,
    ) -> Self {
        let keeper = match codec {
            None => Keeper::default(),
            Some(_) => Keeper::copying(),
        };
        Self {
            reader: Reader::new(body, &limits, keeper, half_close),
            limits,
            messages,
            codec,
            charge,
            call,
            turn: 0,
        }
    }

    /// An empty list for messages that are collected.
    pub(super) fn buffer<M: Message>(&self, expect: Expect) -> MessageList<M> {
        let quota = Quota::new(self.limits, expect);
        let decoded = self.decoded::<M>(false);
        let wrong = self.wrong(expect);
        MessageList::new(quota, Decompression::new(self.codec), decoded, wrong)
    }

    /// An empty list for messages that are handed on as they arrive.
    pub(super) fn window<M: Message>(&self) -> MessageList<M> {
        let quota = Quota::new(self.limits, Expect::Any);
        let decoded = self.decoded::<M>(true);
        let wrong = self.wrong(Expect::Any);
        if self.codec.is_some() {
            self.call.arriving(0, Vec::new());
        }
        MessageList::new(quota, Decompression::new(self.codec), decoded, wrong)
    }

    /// Takes the messages out of a [`window`](Self::window), to be handed on.
    pub(super) fn hand_on<M: Message>(&self, list: &mut MessageList<M>) -> Vec<M> {
        if self.codec.is_some() {
            let (first, compressed) = list.take_compressed();
            self.call.arriving(first, compressed);
        }
        list.take()
    }

    /// What is decoded, against its limit, which holds for `each` message or for all together; `None` for raw messages.
    fn decoded<M: Message>(&self, each: bool) -> Option<Decoded> {
        let limit = self.limits.max_decoded_bytes;
        let value = match (M::is_raw(), self.messages.in_python()) {
            (false, _) => size_of::<M>(),
            // Their value is in Python, and counted there.
            (true, true) => 0,
            (true, false) => return None,
        };
        Some(Decoded::new(self.messages.clone(), limit, value, each))
    }

    fn wrong(&self, expect: Expect) -> Undecodable {
        Undecodable {
            code: self.call.undecodable(self.messages.in_python()),
            is_only_one: expect == Expect::One,
        }
    }

    /// Adds the messages of the next chunk to `list`, or as many as may be taken at once, and charges what the list takes.
    /// Ready with `false` at the half-close.
    pub(super) fn poll_more<M: Message>(
        &mut self,
        cx: &mut Context<'_>,
        list: &mut MessageList<M>,
    ) -> Poll<Result<bool, Status>> {
        let polled = self.poll_some(cx, list);
        // Not for each chunk that is there already.
        if !matches!(polled, Poll::Ready(Ok(true))) {
            self.note(list);
        }
        polled
    }

    fn poll_some<M: Message>(
        &mut self,
        cx: &mut Context<'_>,
        list: &mut MessageList<M>,
    ) -> Poll<Result<bool, Status>> {
        if self.turn >= TURN {
            self.turn = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if list.has_large() {
            ready!(list.poll_large(cx, &mut self.charge))?;
            return Poll::Ready(self.charge(list).map(|()| true));
        }
        let before = list.work();
        let held = self.charge.held();
        let mut sink = list.charging(&mut self.charge);
        let Poll::Ready(polled) = self.reader.poll_messages(cx, &mut sink, held) else {
            self.turn = 0;
            return Poll::Pending;
        };
        self.turn += list.work() - before;
        let more = polled?;
        self.charge(list)?;
        if !more {
            self.call.set_half_closed();
        }
        Poll::Ready(Ok(more))
    }

    /// Tells the call how much of it there is.
    fn note<M: Message>(&self, list: &MessageList<M>) {
        let messages = list.received();
        let prefixes = (messages * PREFIX) as u64;
        let bytes = self.reader.arrived().saturating_sub(prefixes);
        self.call.progress.received(messages, bytes);
    }

    fn charge<M: Message>(&mut self, list: &mut MessageList<M>) -> Result<(), Status> {
        let size = list.size().saturating_add(self.reader.partial());
        self.charge.set(size)?;
        list.charged();
        Ok(())
    }

    /// The call keeps what is charged for the messages of `list`, which are handed over.
    pub(super) fn finish<M: Message>(self, list: MessageList<M>) -> Vec<M> {
        let (messages, compressed) = list.into_parts();
        self.call.hold(Buffered::new(self.charge, compressed));
        messages
    }
}
