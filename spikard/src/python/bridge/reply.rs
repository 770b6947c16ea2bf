//! The response of a Python handler, as Rust sends it.

use bytes::Bytes;
use tonic::metadata::MetadataMap;

use crate::python::convert::{Buffered, Wanted};
use crate::respond::{Outgoing, Reply, Sending, StreamedBatches as _};
use crate::shapes::ResponseParts;
use crate::wire::{PREFIX, framed_messages};
use crate::{Messages, Status};

use super::yielded::Yielded;

/// Messages, metadata and trailers.
pub struct PythonReply {
    content: Content,
    wanted: Wanted,
    metadata: MetadataMap,
    trailers: MetadataMap,
}

enum Content {
    /// All messages, framed in one buffer.
    Framed { frames: Bytes, count: usize },
    /// The messages as the handler yields them.
    Stream(Yielded),
}

impl PythonReply {
    /// A whole response.
    pub(super) fn buffered(response: Buffered) -> Self {
        Self {
            content: Content::Framed {
                frames: response.frames,
                count: response.count,
            },
            wanted: response.wanted,
            metadata: response.metadata,
            trailers: response.trailers,
        }
    }

    /// A streaming response, whose messages follow.
    pub(super) fn streamed(metadata: MetadataMap, wanted: Wanted, messages: Yielded) -> Self {
        Self {
            content: Content::Stream(messages),
            wanted,
            metadata,
            trailers: MetadataMap::new(),
        }
    }

    /// The reply of a served call; the buffer is sent as it is.
    pub(crate) fn into_reply(self, sending: Sending) -> Result<Reply, Status> {
        let parts = ResponseParts {
            metadata: self.metadata,
            trailers: self.trailers,
            compression: self.wanted.compression,
            uncompressed: self.wanted.uncompressed,
        };
        sending.reply(parts, |encoding| match self.content {
            Content::Framed { frames, count } => Outgoing::framed(frames, count, encoding),
            Content::Stream(messages) => Ok(Outgoing::batches(messages, encoding)),
        })
    }

    /// The messages, as slices of the buffer.
    pub(crate) fn messages(&mut self) -> Vec<Bytes> {
        let (frames, count) = self.framed();
        let mut messages = Vec::with_capacity(count);
        messages.extend(framed_messages(frames));
        messages
    }

    /// The message of a response that has one.
    pub(crate) fn first(&mut self) -> Bytes {
        let (frames, _) = self.framed();
        frames.slice(PREFIX.min(frames.len())..)
    }

    /// The messages as a stream.
    pub(crate) fn stream(&mut self) -> Messages<Bytes> {
        let none = Content::Framed {
            frames: Bytes::new(),
            count: 0,
        };
        match std::mem::replace(&mut self.content, none) {
            Content::Stream(messages) => messages.into_messages(),
            Content::Framed { frames, .. } => {
                Messages::from(framed_messages(frames).collect::<Vec<_>>())
            }
        }
    }

    /// The buffer of a whole response.
    fn framed(&self) -> (Bytes, usize) {
        match &self.content {
            Content::Framed { frames, count } => (frames.clone(), *count),
            Content::Stream(_) => (Bytes::new(), 0),
        }
    }

    pub(crate) fn into_rest(self) -> (MetadataMap, MetadataMap, Wanted) {
        (self.metadata, self.trailers, self.wanted)
    }
}
