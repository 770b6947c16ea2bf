//! Request bodies, where hyper still tells a reset stream from a half-closed one.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::Status;

/// The body of a request. A stream that was reset ends in an error, whatever its error code.
#[derive(Debug)]
pub(crate) struct VerifiedBody(pub(crate) Incoming);

impl Body for VerifiedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = ready!(Pin::new(&mut self.0).poll_frame(cx));
        Poll::Ready(match frame {
            Some(Ok(frame)) => Some(Ok(frame)),
            Some(Err(error)) => Some(Err(Status::cancelled(error.to_string()))),
            None if self.0.is_end_stream() => None,
            None => Some(Err(Status::cancelled("the client reset the stream"))),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}
