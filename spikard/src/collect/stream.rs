//! The messages of a call as they arrive.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use futures_core::Stream;

use crate::call::passed_on;
use crate::{Message, Status};

use super::body::RequestBody;
use super::list::MessageList;

/// The messages of a request that is not buffered. Backpressure: the next chunk is read when every message of the last
/// one has been taken.
pub(super) struct MessageStream<M> {
    body: RequestBody,
    list: MessageList<M>,
    ready: vec::IntoIter<M>,
    end: End,
}

/// How far the stream has come.
enum End {
    Open,
    /// The messages before the fault are handed on, then the fault.
    Failed(Status),
    Reached,
}

impl<M: Message> MessageStream<M> {
    pub(super) fn new(body: RequestBody) -> Self {
        Self {
            list: body.window(),
            body,
            ready: Vec::new().into_iter(),
            end: End::Open,
        }
    }

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match std::task::ready!(self.body.poll_more(cx, &mut self.list)) {
            Ok(true) => {}
            Ok(false) => self.end = End::Reached,
            Err(status) => self.end = End::Failed(passed_on(status)),
        }
        self.ready = self.body.hand_on(&mut self.list).into_iter();
        Poll::Ready(())
    }
}

// Nothing in it is pinned: the body is boxed, and messages are only moved.
impl<M> Unpin for MessageStream<M> {}

impl<M: Message> Stream for MessageStream<M> {
    type Item = Result<M, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(message) = self.ready.next() {
                return Poll::Ready(Some(Ok(message)));
            }
            match std::mem::replace(&mut self.end, End::Reached) {
                End::Open => self.end = End::Open,
                End::Failed(status) => return Poll::Ready(Some(Err(status))),
                End::Reached => return Poll::Ready(None),
            }
            std::task::ready!(self.poll_ready(cx));
        }
    }
}
