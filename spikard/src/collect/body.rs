//! The body of a request, read to its end within the limits of the call.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as _, Frame};
use tokio::time::{Instant, Sleep, sleep};
use tonic::body::Body;

use crate::{Call, Limits, Message, Status};

use super::budget::{Budget, Charge};
use super::deframe::Deframer;
use super::ending::is_half_closed;
use super::list::{Expect, MessageList};
use super::violation;

/// A chunk below this size is copied when messages stay slices of it: what h2 hands out is a view of
/// its read buffer, and many tiny views would keep many whole buffers alive.
const COPY_BELOW: usize = 4096;

/// The body of a request that has not been read yet.
pub struct RequestBody {
    body: Body,
    limits: Limits,
    budget: Arc<Budget>,
    end_verified: bool,
}

impl RequestBody {
    pub(crate) fn new(body: Body, limits: Limits, budget: Arc<Budget>, end_verified: bool) -> Self {
        Self {
            body,
            limits,
            budget,
            end_verified,
        }
    }

    /// Every message up to the half-close, in order.
    pub(crate) async fn list<M: Message>(self, call: &Call) -> Result<Vec<M>, Status> {
        self.collect(call, Expect::Any).await
    }

    /// The one message of the body.
    pub(crate) async fn single<M: Message>(self, call: &Call) -> Result<M, Status> {
        let messages = self.collect(call, Expect::One).await?;
        let first = messages.into_iter().next();
        first.ok_or_else(|| violation::cardinality("none"))
    }

    async fn collect<M: Message>(mut self, call: &Call, expect: Expect) -> Result<Vec<M>, Status> {
        let mut list = MessageList::new(&self.limits, expect);
        let mut deframer = Deframer::default();
        let mut charge = Charge::new(self.budget.clone());
        let mut idle = Idle::new(self.limits.idle_timeout);
        while let Some(frame) = idle.frame(&mut self.body, deframer.complete()).await? {
            let frame =
                frame.map_err(|error| violation::broken_off(deframer.complete(), &error))?;
            // Trailers of a request mean nothing to gRPC.
            let Ok(chunk) = frame.into_data() else {
                continue;
            };
            let chunk = if M::is_raw() && chunk.len() < COPY_BELOW {
                Bytes::copy_from_slice(&chunk)
            } else {
                chunk
            };
            deframer.push(&chunk, &mut list)?;
            charge.grow_to(list.size().saturating_add(deframer.partial()))?;
        }
        if !is_half_closed(&self.body, self.end_verified) {
            return Err(violation::unverified_end());
        }
        deframer.finish()?;
        call.hold(charge);
        Ok(list.into_messages())
    }
}

/// Ends a call whose client neither sends nor half-closes.
struct Idle {
    timeout: Duration,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Idle {
    fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            timer: None,
        }
    }

    /// The next frame, `None` at the end, or the status of a client that sent nothing for too long.
    async fn frame(
        &mut self,
        body: &mut Body,
        received: usize,
    ) -> Result<Option<Result<Frame<Bytes>, Status>>, Status> {
        // The timer starts only when there is something to wait for: a burst of frames costs no clock.
        let mut started = false;
        poll_fn(|cx| {
            if let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) {
                return Poll::Ready(Ok(frame));
            }
            let timer = self
                .timer
                .get_or_insert_with(|| Box::pin(sleep(self.timeout)));
            if !started {
                let now = Instant::now();
                // Without an end that the clock can name, the wait is unbounded, as asked.
                if let Some(end) = now.checked_add(self.timeout) {
                    timer.as_mut().reset(end);
                }
                started = true;
            }
            timer
                .as_mut()
                .poll(cx)
                .map(|()| Err(violation::idle(self.timeout, received)))
        })
        .await
    }
}
