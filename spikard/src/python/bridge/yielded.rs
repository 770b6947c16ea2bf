//! The messages of a streaming answer, as Rust takes them.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use crate::respond::framed_messages;
use crate::{Messages, Status};

use super::Bridge;
use super::call::CallState;

/// Takes what the handler yields, and ends the call when it is dropped.
struct Yielded {
    bridge: Arc<Bridge>,
    call: Arc<CallState>,
    batch: Option<Box<dyn Iterator<Item = Bytes> + Send>>,
    ended: bool,
}

/// The messages of a call whose handler has begun to answer; dropping them cancels it.
pub(super) fn messages(bridge: Arc<Bridge>, call: Arc<CallState>) -> Messages<Bytes> {
    let trailers = call.clone();
    let yielded = Yielded {
        bridge,
        call,
        batch: None,
        ended: false,
    };
    Messages::new(yielded).with_trailers(move || trailers.take_trailers())
}

impl Yielded {
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Status>>> {
        let Some(outflow) = self.call.outflow().filter(|_| !self.ended) else {
            return Poll::Ready(None);
        };
        let (polled, wake) = outflow.poll_next(cx);
        if wake {
            self.bridge.wake_stream(self.call.id);
        }
        self.ended = matches!(polled, Poll::Ready(None | Some(Err(_))));
        polled
    }
}

impl Stream for Yielded {
    type Item = Result<Bytes, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(message) = self.batch.as_mut().and_then(Iterator::next) {
                return Poll::Ready(Some(Ok(message)));
            }
            self.batch = None;
            match ready!(self.poll_batch(cx)) {
                Some(Ok(batch)) => self.batch = Some(Box::new(framed_messages(batch))),
                Some(Err(status)) => return Poll::Ready(Some(Err(status))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl Drop for Yielded {
    fn drop(&mut self) {
        self.bridge.over(&self.call);
    }
}
