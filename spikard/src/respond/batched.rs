//! Messages that a handler makes in batches, framed as they were made: what a Python generator yields.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use tonic::metadata::MetadataMap;

use crate::{Compression, Status};

use super::framed_messages;
use super::frames::Frames;
use super::outgoing::StreamedChunks;
use super::sending::Encoding;

/// Messages with their prefixes, uncompressed, in one buffer.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) frames: Bytes,
    pub(crate) count: usize,
}

/// Batches as they come; those that can be sent as they are, are chunks already.
pub(super) struct Batched<S> {
    batches: S,
    encoding: Encoding,
    /// The messages of the batches so far.
    sent: usize,
    /// What is left of a batch that is framed again.
    reframed: Option<Frames<Bytes>>,
    failed: bool,
}

impl<S> Batched<S> {
    pub(super) fn new(batches: S, encoding: Encoding) -> Self {
        Self {
            batches,
            encoding,
            sent: 0,
            reframed: None,
            failed: false,
        }
    }

    /// Whole frames that are within the limit cannot hold a message over it.
    fn is_sendable(&self, batch: &Batch) -> bool {
        self.encoding.compression == Compression::Identity
            && batch.frames.len() <= self.encoding.max_message_bytes
    }
}

impl<S> Stream for Batched<S>
where
    S: Stream<Item = Result<Batch, Status>> + Unpin,
{
    type Item = Result<Bytes, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while !self.failed {
            if let Some(chunk) = self.reframed.as_mut().and_then(Iterator::next) {
                self.failed = chunk.is_err();
                return Poll::Ready(Some(chunk));
            }
            let batch = match ready!(Pin::new(&mut self.batches).poll_next(cx)) {
                Some(Ok(batch)) => batch,
                Some(Err(status)) => return Poll::Ready(Some(Err(status))),
                None => return Poll::Ready(None),
            };
            let first = self.sent;
            self.sent += batch.count;
            if self.is_sendable(&batch) {
                return Poll::Ready(Some(Ok(batch.frames)));
            }
            let messages = framed_messages(batch.frames).collect();
            let encoding = self.encoding.clone();
            self.reframed = Some(Frames::starting_at(first, messages, encoding));
        }
        Poll::Ready(None)
    }
}

impl<S: StreamedBatches> StreamedChunks for Batched<S> {
    fn take_trailers(&mut self) -> MetadataMap {
        self.batches.take_trailers()
    }
}

/// A stream of batches that knows trailers at its end.
pub(crate) trait StreamedBatches:
    Stream<Item = Result<Batch, Status>> + Send + Unpin + 'static
{
    fn take_trailers(&mut self) -> MetadataMap;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    struct Listed(std::vec::IntoIter<Batch>);

    impl Stream for Listed {
        type Item = Result<Batch, Status>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(self.0.next().map(Ok))
        }
    }

    fn chunks(max_message_bytes: usize) -> Vec<Result<Bytes, Status>> {
        let batch = |frames: &'static [u8], count| Batch {
            frames: Bytes::from_static(frames),
            count,
        };
        let batches = vec![
            batch(b"\0\0\0\0\x01a\0\0\0\0\x01b", 2),
            batch(b"\0\0\0\0\x01c\0\0\0\0\x03def", 2),
        ];
        let encoding = Encoding {
            compression: Compression::Identity,
            uncompressed: Vec::new(),
            max_message_bytes,
        };
        let mut batched = Batched::new(Listed(batches.into_iter()), encoding);
        let mut cx = Context::from_waker(std::task::Waker::noop());
        let mut found = Vec::new();
        while let Poll::Ready(Some(chunk)) = Pin::new(&mut batched).poll_next(&mut cx) {
            found.push(chunk);
        }
        found
    }

    #[test]
    fn a_batch_within_the_limit_is_a_chunk() {
        let found: Vec<Bytes> = chunks(100).into_iter().map(Result::unwrap).collect();
        assert_eq!(found.len(), 2);
        assert_eq!(found[1], &b"\0\0\0\0\x01c\0\0\0\0\x03def"[..]);
    }

    #[test]
    fn a_message_over_the_limit_is_refused_with_its_index_in_the_stream() {
        let mut found = chunks(2);
        let status = found.pop().unwrap().unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted);
        assert!(status.message().contains("message 3 "), "{status}");
        assert_eq!(
            found[0].as_ref().unwrap(),
            &b"\0\0\0\0\x01a\0\0\0\0\x01b"[..]
        );
    }
}
