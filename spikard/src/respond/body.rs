//! The body of a response.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};

use crate::Status;

use super::outgoing::Outgoing;

/// The messages, then the trailers with the status.
pub(super) struct ReplyBody {
    state: State,
    deadline: Option<Instant>,
}

enum State {
    Messages(Outgoing, HeaderMap),
    Done,
}

impl ReplyBody {
    pub(super) fn new(outgoing: Outgoing, trailers: HeaderMap, deadline: Option<Instant>) -> Self {
        Self {
            state: State::Messages(outgoing, trailers),
            deadline,
        }
    }

    fn next(&mut self) -> Option<Frame<Bytes>> {
        match std::mem::replace(&mut self.state, State::Done) {
            State::Messages(mut outgoing, trailers) => {
                let chunk = match outgoing.next_chunk() {
                    // Counted before each chunk: a slow reader has until the deadline as well.
                    Some(_) if self.is_late() => Some(Err(Status::deadline_exceeded(
                        "the deadline passed before the response was sent",
                    ))),
                    chunk => chunk,
                };
                match chunk {
                    Some(Ok(chunk)) => {
                        self.state = State::Messages(outgoing, trailers);
                        Some(Frame::data(chunk))
                    }
                    Some(Err(status)) => Some(Frame::trailers(failed(&status))),
                    None => Some(Frame::trailers(trailers)),
                }
            }
            State::Done => None,
        }
    }

    fn is_late(&self) -> bool {
        self.deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
    }
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
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Poll::Ready(self.next().map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, State::Done)
    }
}
