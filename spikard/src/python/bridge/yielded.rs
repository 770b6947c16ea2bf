//! The messages of a streaming response, as a Rust stream.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use tonic::metadata::MetadataMap;

use crate::call::passed_on;
use crate::respond::StreamedBatches;
use crate::wire::framed_messages;
use crate::{Messages, Status};

use super::call::CallState;
use super::outflow::Outflow;
use super::shared::Bridge;

/// The framed batches that the handler yields. Dropping it cancels the call.
pub(crate) struct Yielded {
    bridge: Arc<Bridge>,
    call: Arc<CallState>,
    ended: bool,
}

impl Yielded {
    /// The stream of a call whose response has begun.
    pub(super) fn new(bridge: Arc<Bridge>, call: Arc<CallState>) -> Self {
        Self {
            bridge,
            call,
            ended: false,
        }
    }
}

impl Stream for Yielded {
    type Item = Result<Bytes, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(outflow) = self.call.outflow().filter(|_| !self.ended) else {
            return Poll::Ready(None);
        };
        let (polled, wake) = outflow.poll_next(cx);
        if wake {
            self.bridge.wake_call(self.call.id);
        }
        self.ended = matches!(polled, Poll::Ready(None | Some(Err(_))));
        polled
    }
}

impl StreamedBatches for Yielded {
    fn into_messages(self) -> Messages<Bytes> {
        let call = self.call.clone();
        let each = Each {
            batches: self,
            batch: None,
        };
        Messages::new(each).with_trailers(move || call.take_trailers())
    }

    fn messages(&self) -> usize {
        self.call.outflow().map_or(0, Outflow::messages)
    }

    fn take_trailers(&mut self) -> MetadataMap {
        self.call.take_trailers()
    }
}

impl Drop for Yielded {
    fn drop(&mut self) {
        self.bridge.over(&self.call);
    }
}

/// The single messages, as slices of the batches.
struct Each {
    batches: Yielded,
    batch: Option<Box<dyn Iterator<Item = Bytes> + Send>>,
}

impl Stream for Each {
    type Item = Result<Bytes, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(message) = self.batch.as_mut().and_then(Iterator::next) {
                return Poll::Ready(Some(Ok(message)));
            }
            self.batch = None;
            match ready!(Pin::new(&mut self.batches).poll_next(cx)) {
                Some(Ok(batch)) => self.batch = Some(Box::new(framed_messages(batch))),
                Some(Err(status)) => return Poll::Ready(Some(Err(passed_on(status)))),
                None => return Poll::Ready(None),
            }
        }
    }
}
