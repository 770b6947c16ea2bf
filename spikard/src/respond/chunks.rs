//! A response body that is made as it is sent.

use bytes::Bytes;
use futures_core::Stream;
use tonic::metadata::MetadataMap;

use crate::Status;

/// A stream of chunks that may know trailers at its end.
pub(crate) trait StreamedChunks:
    Stream<Item = Result<Bytes, Status>> + Send + Unpin
{
    /// The messages of the chunks so far.
    fn messages(&self) -> usize;

    /// The trailers that became known with the last chunk.
    fn take_trailers(&mut self) -> MetadataMap;
}
