//! Reads the request messages of a stream for Python, on tokio's side.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use crate::{Call, Code, Messages, Status};

use super::call::CallState;
use super::inflow::{Batch, End, Inflow};
use super::shared::Bridge;

/// The size of a batch in bytes, with the fixed size of each message.
const BATCH: usize = 64 * 1024;

/// A task of its own: the other futures of the call are not polled while the client does not read its responses.
pub(super) struct Pump {
    messages: Messages<Bytes>,
    /// The number of messages so far.
    count: usize,
    request: Arc<Call>,
    bridge: Arc<Bridge>,
    call: Arc<CallState>,
    ended: bool,
}

impl Pump {
    /// Reads until the end of the stream or of the call.
    pub(super) fn new(
        messages: Messages<Bytes>,
        request: Arc<Call>,
        bridge: Arc<Bridge>,
        call: Arc<CallState>,
    ) -> Self {
        Self {
            messages,
            count: 0,
            request,
            bridge,
            call,
            ended: false,
        }
    }

    /// The messages that are ready, up to the size of a batch.
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> (Batch, End) {
        let (mut batch, mut size) = (Batch::default(), 0);
        while size < BATCH {
            match Pin::new(&mut self.messages).poll_next(cx) {
                Poll::Ready(Some(Ok(message))) => {
                    size += message.len() + size_of::<Bytes>();
                    if self.request.was_compressed(self.count) {
                        batch.compressed.push(self.count);
                    }
                    self.count += 1;
                    batch.messages.push(message);
                }
                Poll::Ready(Some(Err(status))) => return (batch, End::Failed(status)),
                Poll::Ready(None) => return (batch, End::HalfClosed),
                Poll::Pending => break,
            }
        }
        (batch, End::Open)
    }

    fn put(&mut self, inflow: &Inflow, batch: Batch, end: End) {
        self.ended = !matches!(end, End::Open);
        if inflow.put(batch, end) {
            self.bridge.wake_call(self.call.id);
        }
    }
}

impl Future for Pump {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let call = self.call.clone();
        while let Some(inflow) = call.inflow().filter(|_| !self.ended) {
            if !std::task::ready!(inflow.poll_room(cx)) {
                break;
            }
            match self.poll_batch(cx) {
                (batch, End::Open) if batch.messages.is_empty() => return Poll::Pending,
                // The client is gone: the handler is cancelled, as in every cancelled call.
                (_, End::Failed(status)) if status.code() == Code::Cancelled => {
                    self.ended = true;
                    call.fail(status);
                }
                (batch, end) => self.put(inflow, batch, end),
            }
        }
        self.ended = true;
        Poll::Ready(())
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        // The stream panicked, or the runtime is shut down: Python must not wait for it.
        if !self.ended {
            let call = self.call.clone();
            let status =
                Status::internal("the messages of the request could not be read any further");
            if let Some(inflow) = call.inflow() {
                self.put(inflow, Batch::default(), End::Failed(status));
            }
        }
    }
}
