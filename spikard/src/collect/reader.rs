//! The chunks of a body, up to the client's half-close.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Body as _;
use tonic::body::Body;

use crate::call::HalfClose;
use crate::wire::{Deframer, Keeper, Sink};
use crate::{Limits, Status};

use super::pace::Pace;
use super::violation;

/// Reads a body and cuts it into messages.
pub(super) struct Reader {
    body: Body,
    /// What is left of a chunk that was not taken at once.
    rest: Bytes,
    deframer: Deframer,
    pace: Pace,
    half_close: HalfClose,
    /// The bytes that have arrived.
    arrived: u64,
}

impl Reader {
    pub(super) fn new(body: Body, limits: &Limits, keeper: Keeper, half_close: HalfClose) -> Self {
        Self {
            body,
            rest: Bytes::new(),
            deframer: Deframer::new(keeper),
            pace: Pace::new(limits),
            half_close,
            arrived: 0,
        }
    }

    /// The bytes that have arrived, those of prefixes included.
    pub(super) fn arrived(&self) -> u64 {
        self.arrived
    }

    /// The bytes that an incomplete message takes.
    pub(super) fn partial(&self) -> usize {
        self.deframer.partial()
    }

    /// Hands the messages of the next chunk to `sink`, or as many as it has room for. Ready with `false` at the
    /// half-close.
    ///
    /// `held` is what the messages before take.
    pub(super) fn poll_messages(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut impl Sink,
        held: usize,
    ) -> Poll<Result<bool, Status>> {
        let chunk = if self.rest.is_empty() {
            let Some(chunk) = std::task::ready!(self.poll_chunk(cx, held)?) else {
                return Poll::Ready(Ok(false));
            };
            chunk
        } else {
            mem::take(&mut self.rest)
        };
        let taken = self.deframer.push(&chunk, sink)?;
        if taken < chunk.len() {
            self.rest = chunk.slice(taken..);
        }
        Poll::Ready(Ok(true))
    }

    fn poll_chunk(
        &mut self,
        cx: &mut Context<'_>,
        held: usize,
    ) -> Poll<Result<Option<Bytes>, Status>> {
        loop {
            let received = self.deframer.complete();
            let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
                let too_slow = self.pace.poll(cx, held);
                return too_slow.map(|too_slow| Err(violation::too_slow(&too_slow, received)));
            };
            let Some(frame) = frame else {
                return Poll::Ready(self.end().map(|()| None));
            };
            let frame = frame.map_err(|error| violation::broken_off(received, &error))?;
            // gRPC gives no meaning to the trailers of a request.
            if let Ok(chunk) = frame.into_data() {
                self.pace.progress(chunk.len());
                self.arrived += chunk.len() as u64;
                return Poll::Ready(Ok(Some(chunk)));
            }
        }
    }

    /// What the body's end means. A stream that is reset with NO_ERROR ends a body of hyper's without an error;
    /// `is_end_stream()` tells the two apart: it is true only after END_STREAM.
    fn end(&self) -> Result<(), Status> {
        if self.half_close == HalfClose::Unverified && !self.body.is_end_stream() {
            return Err(violation::unverified_end());
        }
        self.deframer.finish()
    }
}
