//! The messages of a request as they come in, each charged to the budget.

use std::task::{Context, Poll, ready};

use crate::call::{Buffered, Charge};
use crate::{Message, Status};

use super::list::MessageList;
use super::reader::Reader;

/// Reads a body into a list, and holds the charge for what is in it.
pub(super) struct Collector<M> {
    reader: Reader,
    list: MessageList<M>,
    charge: Charge,
}

impl<M: Message> Collector<M> {
    pub(super) fn new(reader: Reader, list: MessageList<M>, charge: Charge) -> Self {
        Self {
            reader,
            list,
            charge,
        }
    }

    /// Takes the messages of the next chunk, or as many as may be taken at once; ready with `false` at the half-close.
    pub(super) fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, Status>> {
        let more = ready!(self.reader.poll_messages(cx, &mut self.list))?;
        let size = self.list.size().saturating_add(self.reader.partial());
        self.charge.set(size)?;
        self.list.charged();
        Poll::Ready(Ok(more))
    }

    /// Takes out what has come so far; it still counts, and is charged until the next chunk.
    pub(super) fn take(&mut self) -> Vec<M> {
        self.list.take()
    }

    /// All messages, and what the call keeps of them.
    pub(super) fn finish(self) -> (Vec<M>, Buffered) {
        let (messages, compressed) = self.list.into_parts();
        (messages, Buffered::new(self.charge, compressed))
    }
}
