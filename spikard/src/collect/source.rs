//! A request's body as the source of its messages.

use std::future::poll_fn;

use crate::call::Buffered;
use crate::shapes::MessageSource;
use crate::{Call, Message, Messages, Status};

use super::body::RequestBody;
use super::quota::Expect;
use super::stream::MessageStream;
use super::violation;

impl MessageSource for RequestBody {
    async fn one<M: Message>(self, call: &Call) -> Result<M, Status> {
        let messages = collect(self, call, Expect::One).await?;
        let first = messages.into_iter().next();
        first.ok_or_else(|| violation::cardinality("none"))
    }

    async fn list<M: Message>(self, call: &Call) -> Result<Vec<M>, Status> {
        collect(self, call, Expect::Any).await
    }

    fn stream<M: Message>(self) -> Messages<M> {
        Messages::new(MessageStream::new(self))
    }
}

async fn collect<M: Message>(
    mut body: RequestBody,
    call: &Call,
    expect: Expect,
) -> Result<Vec<M>, Status> {
    let mut list = body.buffer(expect);
    while poll_fn(|cx| body.poll_more(cx, &mut list)).await? {}
    let (messages, compressed) = list.into_parts();
    call.hold(Buffered::new(body.into_charge(), compressed));
    Ok(messages)
}
