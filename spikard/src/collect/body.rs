//! The body of a request, as far as it has been read.

use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tonic::body::Body;

use crate::call::{Budget, Charge, HalfClose};
use crate::wire::{Codec, Keeper};
use crate::{Limits, Message, Status};

use super::decompression::Decompression;
use super::list::MessageList;
use super::quota::{Expect, Quota};
use super::reader::Reader;

/// The body of a request, to be read within the limits of its call. It holds the charge for what has been read.
pub(crate) struct RequestBody {
    reader: Reader,
    limits: Limits,
    codec: Option<Codec>,
    charge: Charge,
}

impl RequestBody {
    pub(crate) fn new(
        body: Body,
        limits: Limits,
        budget: Arc<Budget>,
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
            codec,
            charge: Charge::new(budget),
        }
    }

    /// An empty list for messages that are collected.
    pub(super) fn buffer<M: Message>(&self, expect: Expect) -> MessageList<M> {
        let quota = Quota::new(self.limits, expect);
        MessageList::new(quota, Decompression::buffered(self.codec))
    }

    /// An empty list for messages that are handed on as they arrive.
    pub(super) fn window<M: Message>(&self) -> MessageList<M> {
        let quota = Quota::new(self.limits, Expect::Any);
        MessageList::new(quota, Decompression::streamed(self.codec))
    }

    /// Adds the messages of the next chunk to `list`, or as many as may be taken at once, and charges what the list takes.
    /// Ready with `false` at the half-close.
    pub(super) fn poll_more<M: Message>(
        &mut self,
        cx: &mut Context<'_>,
        list: &mut MessageList<M>,
    ) -> Poll<Result<bool, Status>> {
        let more = ready!(self.reader.poll_messages(cx, list))?;
        let size = list.size().saturating_add(self.reader.partial());
        self.charge.set(size)?;
        list.charged();
        Poll::Ready(Ok(more))
    }

    pub(super) fn into_charge(self) -> Charge {
        self.charge
    }
}
