//! Messages that are framed as they are made, in batches: what a Python generator yields.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use tonic::metadata::MetadataMap;

use crate::{Messages, Status};

use super::chunks::StreamedChunks;

/// A stream of buffers with whole messages, uncompressed and with their prefixes.
pub(crate) trait StreamedBatches:
    Stream<Item = Result<Bytes, Status>> + Send + Unpin + 'static
{
    /// The messages of the buffers so far.
    fn messages(&self) -> usize;

    /// The messages one by one.
    fn into_messages(self) -> Messages<Bytes>;

    /// The trailers that became known at the end.
    fn take_trailers(&mut self) -> MetadataMap;
}

/// Batches that are sent as they are.
pub(super) struct Batched<S>(pub(super) S);

impl<S: StreamedBatches> Stream for Batched<S> {
    type Item = Result<Bytes, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.0).poll_next(cx)
    }
}

impl<S: StreamedBatches> StreamedChunks for Batched<S> {
    fn messages(&self) -> usize {
        self.0.messages()
    }

    fn take_trailers(&mut self) -> MetadataMap {
        self.0.take_trailers()
    }
}
