//! The messages of a response on their way to the wire.

use bytes::Bytes;

use crate::{Message, Status};

use super::frames::Frames;

/// The messages of a response, framed.
pub(crate) enum Outgoing {
    /// All of them.
    Framed(Option<Bytes>),
    /// A chunk at a time, framed when the connection has room for it.
    Chunks(Box<dyn Iterator<Item = Result<Bytes, Status>> + Send>),
}

impl Outgoing {
    /// One message.
    pub(crate) fn one<M: Message>(message: M) -> Result<Self, Status> {
        Self::list(vec![message])
    }

    /// A list, in order. What fits in one chunk is framed at once.
    pub(crate) fn list<M: Message>(messages: Vec<M>) -> Result<Self, Status> {
        let mut frames = Frames::new(messages);
        let first = frames.next().transpose()?;
        if frames.is_empty() {
            return Ok(Self::Framed(first));
        }
        Ok(Self::Chunks(Box::new(
            first.map(Ok).into_iter().chain(frames),
        )))
    }

    /// The next chunk, `None` after the last.
    pub(super) fn next_chunk(&mut self) -> Option<Result<Bytes, Status>> {
        match self {
            Self::Framed(chunk) => chunk.take().map(Ok),
            Self::Chunks(chunks) => chunks.next(),
        }
    }
}
