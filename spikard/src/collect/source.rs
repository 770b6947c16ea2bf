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
    use std::thread::{self, ThreadId};

    use bytes::{Buf, BufMut, Bytes};
    use http_body_util::Full;
    use prost::DecodeError;
    use prost::encoding::{DecodeContext, WireType, skip_field};
    use tonic::body::Body;

    use crate::call::{Budget, Charge, HalfClose};
    use crate::footprint::{Field, Layout, MessagesOf};
    use crate::status::StatusExt as _;
    use crate::wire::Codec;
    use crate::{Call, Code, Compression, Limits};

    use super::*;

    const MIB: usize = 1 << 20;

    fn framed(compressed: bool, message: &[u8]) -> Vec<u8> {
        let length = u32::try_from(message.len()).unwrap().to_be_bytes();
        [&[u8::from(compressed)], &length[..], message].concat()
    }

    fn body(wire: Vec<u8>, budget: &Arc<Budget>, codec: Option<Codec>) -> RequestBody {
        body_of(Arc::default(), wire, budget, codec)
    }

    fn body_of(
        call: Arc<Call>,
        wire: Vec<u8>,
        budget: &Arc<Budget>,
        codec: Option<Codec>,
    ) -> RequestBody {
        RequestBody::new(
            Body::new(Full::new(Bytes::from(wire))),
            Limits::default(),
            MessagesOf::Rust(layout),
            Charge::new(budget.clone(), None),
            call,
            codec,
            HalfClose::Verified,
        )
    }

    /// Of a message with a list of texts.
    fn layout() -> &'static Layout {
        static LAYOUT: Layout = Layout::new(&[Field::text(2).list(size_of::<String>())], &[]);
        &LAYOUT
    }

    fn budget(bytes: usize) -> Arc<Budget> {
        Arc::new(Budget::new(bytes, bytes))
    }

    #[tokio::test]
    async fn a_large_body_gives_others_their_turn() {
        let wire = framed(false, &[7; 1 << 16]).repeat(8 * 16);
        let body = body(wire, &budget(16 * MIB), None);
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

    /// A message that remembers which thread decoded it.
    #[derive(Debug, Default)]
    struct Where(Option<ThreadId>);

    impl prost::Message for Where {
        fn encode_raw(&self, _: &mut impl BufMut) {}

        fn merge_field(
            &mut self,
            tag: u32,
            wire: WireType,
            bytes: &mut impl Buf,
            context: DecodeContext,
        ) -> Result<(), DecodeError> {
            assert_ne!(tag, 9, "a decoder that panics");
            self.0 = Some(thread::current().id());
            skip_field(wire, tag, bytes, context)
        }

        fn encoded_len(&self) -> usize {
            0
        }

        fn clear(&mut self) {}
    }

    /// A message with one field of so many bytes.
    fn message(tag: u32, len: usize) -> Vec<u8> {
        let mut message = Vec::new();
        prost::encoding::bytes::encode(tag, &vec![b'a'; len], &mut message);
        message
    }

    #[tokio::test]
    async fn large_messages_are_decoded_elsewhere_and_stay_in_order() {
        let codec = Codec::of(Compression::Gzip);
        let large = message(1, 2 * MIB);
        let wire = [
            framed(false, &message(1, 10)),
            framed(false, &large),
            framed(false, &message(1, 10)),
            framed(true, &codec.unwrap().compress(&large).unwrap()),
            framed(false, &message(1, 10)),
            // Short, but large in memory.
            framed(false, &message(2, 0).repeat(MIB / 4)),
        ];
        let budget = budget(256 * MIB);
        let call = Arc::<Call>::default();
        let body = body_of(call.clone(), wire.concat(), &budget, codec);
        let messages = body.list::<Where>().await.unwrap();
        let here = thread::current().id();
        let elsewhere = messages.iter().map(|message| message.0 != Some(here));
        assert_eq!(
            elsewhere.collect::<Vec<_>>(),
            [false, true, false, true, false, true]
        );
        let compressed = (0..6).map(|index| call.was_compressed(index));
        assert_eq!(
            compressed.collect::<Vec<_>>(),
            [false, false, false, true, false, false]
        );
        drop(call);
        assert_eq!(budget.charged(), 0);
    }

    #[tokio::test]
    async fn a_large_raw_message_is_charged_by_its_bytes() {
        let codec = Codec::of(Compression::Gzip);
        let large = vec![7; 3 * MIB];
        let wire = framed(true, &codec.unwrap().compress(&large).unwrap());
        let budget = budget(8 * MIB);
        let call = Arc::<Call>::default();
        let body = body_of(call.clone(), wire, &budget, codec);
        assert_eq!(body.one::<Bytes>().await.unwrap(), large);
        let list = 4 * size_of::<Bytes>();
        assert_eq!(budget.charged(), 3 * MIB + list);
        drop(call);
    }

    #[tokio::test]
    async fn what_a_large_message_takes_is_charged_before_it_is_decoded() {
        // 24 MiB in memory. Its decoder would panic.
        let message = [message(2, 0).repeat(MIB), message(9, 0)].concat();
        let body = body(framed(false, &message), &budget(8 * MIB), None);
        let status = body.one::<Where>().await.unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted);
        assert!(
            status.message().contains("max_buffered_bytes = "),
            "{status}"
        );
    }

    #[tokio::test]
    async fn a_decoder_that_panics_elsewhere_panics_here() {
        let wire = framed(false, &message(9, 2 * MIB));
        let body = body(wire, &budget(256 * MIB), None);
        let panicked = tokio::spawn(body.one::<Where>()).await.unwrap_err();
        assert!(panicked.is_panic());
    }

    #[tokio::test]
    async fn a_large_message_that_is_none_is_refused_with_its_index() {
        let mut broken = message(1, 2 * MIB);
        broken.pop();
        let wire = [framed(false, &message(1, 10)), framed(false, &broken)].concat();
        let status = body(wire, &budget(256 * MIB), None)
            .list::<Where>()
            .await
            .unwrap_err();
        assert_eq!(status.code(), Code::Internal);
        assert!(
            status
                .message()
                .starts_with("message 1 of the stream is not a valid Where: "),
            "{status}"
        );
        let details = status.get_details_bad_request().unwrap();
        assert_eq!(details.field_violations[0].field, "messages[1]");
    }
}
