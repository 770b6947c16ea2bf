//! A request's body as the source of its messages.

use std::future::poll_fn;

use crate::shapes::MessageSource;
use crate::{Message, Messages, Status};

use super::body::RequestBody;
use super::quota::Expect;
use super::stream::MessageStream;
use super::violation;

impl MessageSource for RequestBody {
    async fn one<M: Message>(self) -> Result<M, Status> {
        let messages = collect(self, Expect::One).await?;
        let first = messages.into_iter().next();
        first.ok_or_else(|| violation::cardinality("none"))
    }

    async fn list<M: Message>(self) -> Result<Vec<M>, Status> {
        collect(self, Expect::Any).await
    }

    fn stream<M: Message>(self) -> Messages<M> {
        Messages::new(MessageStream::new(self))
    }
}

async fn collect<M: Message>(mut body: RequestBody, expect: Expect) -> Result<Vec<M>, Status> {
    let mut list = body.buffer(expect);
    while poll_fn(|cx| body.poll_more(cx, &mut list)).await? {}
    Ok(body.finish(list))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;
    use std::task::Poll;

    use bytes::Bytes;
    use http_body_util::Full;
    use tonic::body::Body;

    use crate::Limits;
    use crate::call::{Budget, Charge, HalfClose};
    use crate::footprint::Layout;

    use super::*;

    #[tokio::test]
    async fn a_large_body_gives_others_their_turn() {
        const MIB: usize = 1 << 20;
        let frame = [&[0, 0, 1, 0, 0][..], &[7; 1 << 16]].concat();
        let body = Body::new(Full::new(Bytes::from(frame.repeat(8 * 16))));
        let limits = Limits::default();
        let charge = Charge::new(Arc::new(Budget::new(16 * MIB, 16 * MIB)), None);
        let body = RequestBody::new(
            body,
            limits,
            Layout::unknown,
            charge,
            Arc::default(),
            None,
            HalfClose::Verified,
        );
        let (turns, done) = (Cell::new(0), Cell::new(false));
        let collected = async {
            let messages = body.list::<Bytes>().await.unwrap();
            done.set(true);
            messages.iter().map(Bytes::len).sum::<usize>()
        };
        let others = poll_fn(|_| {
            turns.set(turns.get() + 1);
            if done.get() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        });
        let (bytes, ()) = tokio::join!(collected, others);
        assert_eq!(bytes, 8 * MIB);
        assert!(turns.get() >= 8, "{} turns for 8 MiB", turns.get());
    }
}
