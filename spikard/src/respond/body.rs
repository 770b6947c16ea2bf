//! The body of a response.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use http_body::{Body, Frame};

use crate::call::{CallSpan, Charge, Deadline, DeadlineTimer};
use crate::{Code, Status, wire};

use super::context::ReplyContext;
use super::cut_off;
use super::failure;
use super::outgoing::Outgoing;

/// The most that is handed to HTTP/2 at once. It keeps that until the client's flow-control window takes it, beyond the
/// deadline, and refuses 2 GiB or more.
const PIECE: usize = 256 << 10;

/// The messages, then the trailers with the status.
pub(super) struct ReplyBody {
    state: Option<State>,
    /// The deadline of the call covers a slow reader and a slow stream as well.
    timer: Option<DeadlineTimer>,
    /// What the response takes until it has been handed on.
    charge: Charge,
    span: CallSpan,
}

/// What is left to be sent.
struct State {
    outgoing: Outgoing,
    /// What is left of a chunk that is handed on in pieces.
    rest: Bytes,
    /// The whole of that chunk: it stays in memory until its last piece, which is a copy.
    whole: usize,
    /// Those of the handler, without the status.
    trailers: HeaderMap,
}

impl State {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Status>>> {
        if self.rest.is_empty() {
            match ready!(self.outgoing.poll_chunk(cx)) {
                Some(Ok(chunk)) if chunk.len() > PIECE => {
                    self.whole = chunk.len();
                    self.rest = chunk;
                }
                small => return Poll::Ready(small),
            }
        }
        if self.rest.len() <= PIECE {
            // A copy, so that what HTTP/2 still holds does not hold the whole chunk.
            let last = mem::take(&mut self.rest);
            self.whole = 0;
            return Poll::Ready(Some(Ok(Bytes::copy_from_slice(&last))));
        }
        Poll::Ready(Some(Ok(self.rest.split_to(PIECE))))
    }

    /// The trailers of the response, and those that its stream made at its end.
    fn into_trailers(mut self) -> HeaderMap {
        let mut trailers = self.trailers;
        for (name, value) in &wire::sent(self.outgoing.take_trailers()) {
            trailers.append(name, value.clone());
        }
        trailers
    }
}

impl ReplyBody {
    pub(super) fn new(outgoing: Outgoing, trailers: HeaderMap, context: ReplyContext) -> Self {
        let ReplyContext {
            timer,
            mut charge,
            span,
            ..
        } = context;
        charge.set_regardless(outgoing.size());
        #[cfg(feature = "server")]
        super::cutoff::set(super::cutoff::SendLimits {
            deadline: timer.as_ref().map(|timer| timer.deadline().at()),
            idle_timeout: context.idle_timeout,
        });
        Self {
            state: Some(State {
                outgoing,
                rest: Bytes::new(),
                whole: 0,
                trailers,
            }),
            timer,
            charge,
            span,
        }
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Status>>> {
        let Some(state) = &mut self.state else {
            return Poll::Ready(None);
        };
        let polled = self.span.within(|| state.poll_piece(cx));
        if let Poll::Ready(Some(Ok(piece))) = &polled {
            // HTTP/2 keeps the piece until the client takes it, and asks for no other before.
            let held = piece.len().max(state.whole);
            self.charge.set_regardless(held + state.outgoing.size());
        }
        match (polled, &mut self.timer) {
            (Poll::Ready(Some(_)), Some(timer)) if timer.deadline().has_passed() => {
                Poll::Ready(Some(Err(late(timer.deadline()))))
            }
            (Poll::Pending, timer) => {
                if let Some(status) = cut_off() {
                    return Poll::Ready(Some(Err(status)));
                }
                let Some(timer) = timer else {
                    return Poll::Pending;
                };
                timer.poll(cx).map(|deadline| Some(Err(late(deadline))))
            }
            (polled, _) => polled,
        }
    }
}

fn late(deadline: Deadline) -> Status {
    deadline.exceeded("the whole response was sent")
}

/// The handler's trailers, then what belongs to the status.
fn with_status(mut trailers: HeaderMap, status: &Status) -> HeaderMap {
    let mut of_status = HeaderMap::new();
    if let Err(error) = status.add_header(&mut of_status) {
        tracing::error!(%status, %error, "a status could not be written as trailers");
    }
    // One name in both has the values of both, as in a call that fails before its response has begun.
    for (name, value) in &of_status {
        trailers.append(name, value.clone());
    }
    trailers
}

/// Nobody reads the rest: the client gave the call up, or its deadline has passed.
impl Drop for ReplyBody {
    fn drop(&mut self) {
        let timer = self.timer.as_ref();
        if self.state.is_some() && timer.is_some_and(|timer| timer.deadline().has_passed()) {
            self.span.finish(Code::DeadlineExceeded);
        }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let chunk = self.poll_chunk(cx);
        #[cfg(feature = "server")]
        super::cutoff::polled(matches!(chunk, Poll::Ready(Some(Ok(_)))));
        let chunk = ready!(chunk);
        if let Some(Ok(chunk)) = chunk {
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        // Taking the state drops the handler's stream as soon as its end is known.
        let Some(state) = self.state.take() else {
            return Poll::Ready(None);
        };
        // Trailers go out however the stream has ended.
        let mut trailers = self.span.within(|| state.into_trailers());
        if let Some(Err(status)) = chunk {
            let status = self.span.within(|| failure::sendable(status));
            trailers = with_status(trailers, &status);
            self.span.fail(&status);
        } else {
            trailers.insert(Status::GRPC_STATUS, HeaderValue::from_static("0"));
            self.span.finish(Code::Ok);
        }
        Poll::Ready(Some(Ok(Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.state.is_none()
    }
}
