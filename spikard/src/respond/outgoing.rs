//! The messages of a response on their way to the wire.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tonic::metadata::MetadataMap;

use crate::call::contained;
use crate::{Message, Messages, Status};

use super::chunks::StreamedChunks;
use super::encoding::Encoding;
use super::frames::{FramedList, Frames};
use super::streamed::Streamed;
#[cfg(feature = "python")]
use {
    super::batched::{Batched, StreamedBatches},
    crate::wire::framed_messages,
};

/// The messages of a response, framed.
pub(crate) enum Outgoing {
    /// All of them.
    Framed {
        chunk: Option<Bytes>,
        messages: usize,
    },
    /// A chunk at a time, framed when the connection has room for it.
    Chunks {
        /// The first chunk, which is there already.
        first: Option<Bytes>,
        frames: Box<dyn FramedList>,
        /// About what those that are left take.
        size: usize,
    },
    /// No messages, and an error.
    Failed(Option<Status>),
    /// As the handler makes them.
    Stream(Box<dyn StreamedChunks>),
}

impl Outgoing {
    /// A list, in order. What fits in one chunk is framed at once.
    pub(crate) fn list<M: Message>(messages: Vec<M>, encoding: Encoding) -> Result<Self, Status> {
        let count = messages.len();
        let mut frames = Frames::new(messages, encoding);
        let first = frames.next().transpose()?;
        // A message of the first chunk that cannot be sent fails the call before anything is sent.
        if let Some(status) = frames.take_failure() {
            return Err(status);
        }
        if frames.is_empty() {
            return Ok(Self::Framed {
                chunk: first,
                messages: count,
            });
        }
        let framed = count - frames.len();
        let first_size = first.as_ref().map_or(0, Bytes::len);
        let size = first_size + frames.size(first_size / framed.max(1));
        Ok(Self::Chunks {
            first,
            frames: Box::new(frames),
            size,
        })
    }

    /// So many messages that are framed already, uncompressed, as a Python handler's answer is.
    #[cfg(feature = "python")]
    pub(crate) fn framed(
        frames: Bytes,
        messages: usize,
        encoding: Encoding,
    ) -> Result<Self, Status> {
        // Frames that are within the limit together hold no message over it.
        if encoding.codec.is_none() && frames.len() <= encoding.max_message_bytes {
            return Ok(Self::Framed {
                chunk: Some(frames).filter(|frames| !frames.is_empty()),
                messages,
            });
        }
        Self::list(framed_messages(frames).collect(), encoding)
    }

    /// No messages, and an error.
    pub(super) fn failed(status: Status) -> Self {
        Self::Failed(Some(status))
    }

    /// A stream, in order, each message when it is there.
    pub(crate) fn stream<M: Message>(messages: Messages<M>, encoding: Encoding) -> Self {
        Self::Stream(Box::new(Streamed::new(messages, encoding)))
    }

    /// A stream of messages that are framed already, as a Python generator's are.
    #[cfg(feature = "python")]
    pub(crate) fn batches(batches: impl StreamedBatches, encoding: Encoding) -> Self {
        // A length has 32 bits: no message exceeds such a limit.
        let unlimited = encoding.max_message_bytes >= u32::MAX as usize;
        if unlimited && encoding.codec.is_none() {
            return Self::Stream(Box::new(Batched(batches)));
        }
        Self::stream(batches.into_messages(), encoding)
    }

    /// The next chunk, `None` after the last.
    pub(super) fn poll_chunk(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Status>>> {
        match self {
            Self::Framed { chunk, .. } => Poll::Ready(chunk.take().map(Ok)),
            // Messages are encoded here, which is the user's code; after a panic it is never asked again.
            Self::Chunks {
                first,
                frames,
                size,
            } => {
                let next = match first.take() {
                    Some(first) => Some(Ok(first)),
                    None => contained(|| frames.next()).unwrap_or_else(|status| Some(Err(status))),
                };
                *size = match &next {
                    Some(Ok(chunk)) => size.saturating_sub(chunk.len()),
                    _ => 0,
                };
                Poll::Ready(next)
            }
            Self::Failed(status) => Poll::Ready(status.take().map(Err)),
            Self::Stream(chunks) => Pin::new(&mut **chunks).poll_next(cx),
        }
    }

    /// The messages that have been framed.
    pub(super) fn messages(&self) -> usize {
        match self {
            Self::Framed { messages, .. } => *messages,
            Self::Chunks { frames, .. } => frames.messages(),
            Self::Failed(_) => 0,
            Self::Stream(chunks) => chunks.messages(),
        }
    }

    /// Whether the handler still makes messages.
    pub(super) fn is_stream(&self) -> bool {
        matches!(self, Self::Stream(_))
    }

    /// The bytes that the messages hold which have not been handed on; none for a stream, which makes them as they are
    /// asked for.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Framed { chunk, .. } => chunk.as_ref().map_or(0, Bytes::len),
            Self::Chunks { size, .. } => *size,
            Self::Failed(_) | Self::Stream(_) => 0,
        }
    }

    /// The trailers that became known with the last chunk.
    pub(super) fn take_trailers(&mut self) -> MetadataMap {
        match self {
            Self::Framed { .. } | Self::Chunks { .. } | Self::Failed(_) => MetadataMap::new(),
            Self::Stream(chunks) => chunks.take_trailers(),
        }
    }
}
