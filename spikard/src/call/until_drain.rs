//! Long streams of the server's own services, which no drain waits for.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::Call;

/// Goes on until the connection of the call drains and nothing is ready: what has been asked is answered first.
pub(crate) struct UntilDrain<S> {
    stream: S,
    draining: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl<S> UntilDrain<S> {
    pub(crate) fn new(stream: S, call: &Call) -> Self {
        Self {
            stream,
            draining: Box::pin(call.draining()),
        }
    }
}

impl<S: Stream + Unpin> Stream for UntilDrain<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        match Pin::new(&mut self.stream).poll_next(cx) {
            Poll::Pending => self.draining.as_mut().poll(cx).map(|()| None),
            ready => ready,
        }
    }
}
