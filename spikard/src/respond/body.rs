//! The body of a response.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};

use crate::call::{CallSpan, Deadline, DeadlineTimer};
use crate::{Code, Status, wire};

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
    span: CallSpan,
}

/// What is left to be sent.
struct State {
    outgoing: Outgoing,
    /// What is left of a chunk that is handed on in pieces.
    rest: Bytes,
    trailers: HeaderMap,
}

impl State {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Status>>> {
        if self.rest.is_empty() {
            match ready!(self.outgoing.poll_chunk(cx)) {
                Some(Ok(chunk)) if chunk.len() > PIECE => self.rest = chunk,
                small => return Poll::Ready(small),
            }
        }
        if self.rest.len() <= PIECE {
            // A copy, so that what HTTP/2 still holds does not hold the whole chunk.
            let last = mem::take(&mut self.rest);
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
    pub(super) fn new(
        outgoing: Outgoing,
        trailers: HeaderMap,
        timer: Option<DeadlineTimer>,
        span: CallSpan,
    ) -> Self {
        #[cfg(feature = "server")]
        super::cutoff::set(timer.as_ref().map(|timer| timer.deadline().at()));
        Self {
            state: Some(State {
                outgoing,
                rest: Bytes::new(),
                trailers,
            }),
            timer,
            span,
        }
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Status>>> {
        let Some(state) = &mut self.state else {
            return Poll::Ready(None);
        };
        let polled = self.span.within(|| state.poll_piece(cx));
        match (polled, &mut self.timer) {
            (Poll::Ready(Some(_)), Some(timer)) if timer.deadline().has_passed() => {
                Poll::Ready(Some(Err(late(timer.deadline()))))
            }
            (Poll::Pending, Some(timer)) => {
                timer.poll(cx).map(|deadline| Some(Err(late(deadline))))
            }
            (polled, _) => polled,
        }
    }
}

fn late(deadline: Deadline) -> Status {
    deadline.exceeded("the whole response was sent")
}

fn failed(status: &Status) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    if let Err(error) = status.add_header(&mut trailers) {
        tracing::error!(%status, %error, "a status could not be written as trailers");
    }
    trailers
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let chunk = ready!(self.poll_chunk(cx));
        if let Some(Ok(chunk)) = chunk {
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        // Taking the state drops the handler's stream as soon as its end is known.
        let Some(state) = self.state.take() else {
            return Poll::Ready(None);
        };
        let (code, trailers) = match chunk {
            Some(Err(status)) => {
                let status = failure::sendable(status);
                (status.code(), failed(&status))
            }
            _ => (Code::Ok, self.span.within(|| state.into_trailers())),
        };
        self.span.finish(code);
        Poll::Ready(Some(Ok(Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.state.is_none()
    }
}
