//! The body of a response.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use http_body::{Body, Frame};
use tonic::metadata::MetadataMap;

use crate::call::{CallSpan, Charge, Deadline, DeadlineTimer};
use crate::{Code, Status};

use super::context::ReplyContext;
use super::cut_off;
use super::fitted::headers;
use super::header_limit::{HeaderLimit, Part};
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
    headers: HeaderLimit,
}

/// What is left to be sent.
struct State {
    outgoing: Outgoing,
    /// What is left of a chunk that is handed on in pieces.
    rest: Bytes,
    /// The whole of that chunk: it stays in memory until its last piece, which is a copy.
    whole: usize,
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
    fn into_trailers(mut self) -> MetadataMap {
        joined(self.trailers, self.outgoing.take_trailers())
    }
}

impl ReplyBody {
    pub(super) fn new(outgoing: Outgoing, trailers: HeaderMap, context: ReplyContext) -> Self {
        let ReplyContext {
            timer,
            mut charge,
            span,
            headers,
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
            headers,
        }
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Status>>> {
        let Some(state) = &mut self.state else {
            return Poll::Ready(None);
        };
        let polled = self.span.within(|| state.poll_piece(cx));
        if let Poll::Ready(Some(Ok(piece))) = &polled {
            self.span
                .sent(piece.len(), state.outgoing.messages() as u64);
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

/// The handler's trailers before the metadata of the status: one name in both has the values of both.
fn with_trailers(mut status: Status, trailers: MetadataMap) -> Status {
    let own = mem::take(status.metadata_mut());
    *status.metadata_mut() = joined(trailers.into_headers(), own);
    status
}

fn joined(mut first: HeaderMap, second: MetadataMap) -> MetadataMap {
    for (name, value) in &second.into_headers() {
        first.append(name, value.clone());
    }
    MetadataMap::from_headers(first)
}

/// Nobody reads the rest: the client gave the call up, or its deadline has passed.
impl Drop for ReplyBody {
    fn drop(&mut self) {
        let timer = self.timer.as_ref();
        if self.state.is_some() && timer.is_some_and(|timer| timer.deadline().has_passed()) {
            self.span.finish(Code::DeadlineExceeded);
        }
        #[cfg(feature = "server")]
        if let Some(left_out) = super::cutoff::says_unread() {
            tracing::info!(
                rpc.method = %self.headers, left_out,
                "a response was not read in time, and its stream is reset"
            );
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
        let Self {
            headers: limit,
            span,
            ..
        } = &mut *self;
        // Trailers go out however the stream has ended.
        let trailers = span.within(|| state.into_trailers());
        let ended = match chunk {
            Some(Err(status)) => Err(with_trailers(status, trailers)),
            _ => span.within(|| limit.metadata(trailers, Part::Trailers)),
        };
        let trailers = match ended {
            Ok(mut trailers) => {
                trailers.insert(Status::GRPC_STATUS, HeaderValue::from_static("0"));
                span.finish(Code::Ok);
                trailers
            }
            Err(status) => {
                span.refused(&status);
                let status = span.within(|| limit.status(status));
                span.fail(&status);
                headers(&status)
            }
        };
        Poll::Ready(Some(Ok(Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.state.is_none()
    }
}
