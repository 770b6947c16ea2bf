//! The body of a request that has not been read yet.

use std::future::poll_fn;
use std::sync::Arc;

use tonic::body::Body;

use crate::call::{Budget, Charge, HalfClose};
use crate::shapes::MessageSource;
use crate::wire::{Codec, Keeper};
use crate::{Call, Limits, Message, Messages, Status};

use super::collector::Collector;
use super::decompression::Decompression;
use super::idle::Idle;
use super::list::MessageList;
use super::quota::{Expect, Quota};
use super::reader::Reader;
use super::stream::MessageStream;
use super::violation;

/// The body of a request, to be read within the limits of its call.
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
        let idle = Idle::new(limits.idle_timeout);
        Self {
            reader: Reader::new(body, idle, keeper, half_close),
            limits,
            codec,
            charge: Charge::new(budget),
        }
    }

    fn collector<M: Message>(self, expect: Expect, decompression: Decompression) -> Collector<M> {
        let list = MessageList::new(Quota::new(self.limits, expect), decompression);
        Collector::new(self.reader, list, self.charge)
    }

    async fn collect<M: Message>(self, call: &Call, expect: Expect) -> Result<Vec<M>, Status> {
        let decompression = Decompression::buffered(self.codec);
        let mut collector = self.collector(expect, decompression);
        while poll_fn(|cx| collector.poll_more(cx)).await? {}
        let (messages, buffered) = collector.finish();
        call.hold(buffered);
        Ok(messages)
    }
}

impl MessageSource for RequestBody {
    async fn one<M: Message>(self, call: &Call) -> Result<M, Status> {
        let messages = self.collect(call, Expect::One).await?;
        let first = messages.into_iter().next();
        first.ok_or_else(|| violation::cardinality("none"))
    }

    async fn list<M: Message>(self, call: &Call) -> Result<Vec<M>, Status> {
        self.collect(call, Expect::Any).await
    }

    fn stream<M: Message>(self) -> Messages<M> {
        let decompression = Decompression::streamed(self.codec);
        Messages::new(MessageStream::new(
            self.collector(Expect::Any, decompression),
        ))
    }
}
