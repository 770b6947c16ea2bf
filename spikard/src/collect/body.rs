//! The body of a request that has not been read yet.

use std::future::poll_fn;
use std::sync::Arc;

use tonic::body::Body;

use crate::call::Buffered;
use crate::{Call, Compression, Limits, Message, Status};

use super::budget::{Budget, Charge};
use super::keeper::Keeper;
use super::list::{Expect, MessageList};
use super::reader::Reader;
use super::stream::MessageStream;
use super::violation;

/// The body of a request, to be read within the limits of its call.
pub struct RequestBody {
    reader: Reader,
    limits: Limits,
    compression: Compression,
    charge: Charge,
}

impl RequestBody {
    pub(crate) fn new(
        body: Body,
        limits: Limits,
        budget: Arc<Budget>,
        compression: Compression,
        end_verified: bool,
    ) -> Self {
        let keeper = match compression {
            Compression::Identity => Keeper::default(),
            _ => Keeper::copying(),
        };
        Self {
            reader: Reader::new(body, &limits, keeper, end_verified),
            limits,
            compression,
            charge: Charge::new(budget),
        }
    }

    /// Every message up to the half-close, in order.
    pub(crate) async fn list<M: Message>(self, call: &Call) -> Result<Vec<M>, Status> {
        self.collect(call, Expect::Any).await
    }

    /// The one message of the body.
    pub(crate) async fn single<M: Message>(self, call: &Call) -> Result<M, Status> {
        let messages = self.collect(call, Expect::One).await?;
        let first = messages.into_iter().next();
        first.ok_or_else(|| violation::cardinality("none"))
    }

    /// The messages as they arrive.
    pub(crate) fn stream<M: Message>(self) -> MessageStream<M> {
        let list = MessageList::new(self.limits, self.compression, Expect::Any);
        MessageStream::new(self.reader, list, self.charge)
    }

    async fn collect<M: Message>(mut self, call: &Call, expect: Expect) -> Result<Vec<M>, Status> {
        let mut list = MessageList::new(self.limits, self.compression, expect);
        let reader = &mut self.reader;
        while poll_fn(|cx| reader.poll_messages(cx, &mut list)).await? {
            let size = list.size().saturating_add(reader.partial());
            self.charge.set(size)?;
            list.charged();
        }
        let messages = list.take();
        call.hold(Buffered::new(self.charge, list.into_compressed()));
        Ok(messages)
    }
}
