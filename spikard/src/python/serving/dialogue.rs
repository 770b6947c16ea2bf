//! A call inside the process whose messages are sent and received one by one.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use http_body::Frame;
use http_body_util::BodyExt;
use tokio::sync::mpsc;
use tonic::body::Body;
use tonic::metadata::MetadataMap;
use tower_service::Service as _;

use crate::wire::{self, PREFIX};
use crate::{RoutesService, Status};

use super::carried::{Answered, Head, status_of};

/// What the client sees of a call, in this order: once, any number, once.
pub(super) enum Event {
    /// The initial metadata.
    Begun(MetadataMap),
    Message(Bytes),
    Ended(Box<Answered>),
}

/// The client's ends of a call.
pub(super) struct Ends {
    /// Framed messages.
    pub(super) requests: mpsc::Sender<Bytes>,
    /// Set before the sender is dropped: else that is a client that has gone.
    pub(super) half_closed: Arc<AtomicBool>,
    pub(super) events: mpsc::Receiver<Event>,
}

/// Room for one message each way: a test sees backpressure.
const ROOM: usize = 1;

/// The ends of a call, and the call itself: its future ends with it.
pub(super) fn open(
    service: RoutesService,
    head: Head,
) -> (Ends, impl Future<Output = ()> + Send + 'static) {
    let (requests, received) = mpsc::channel(ROOM);
    let (sender, events) = mpsc::channel(ROOM);
    let half_closed = Arc::new(AtomicBool::new(false));
    let body = Requests {
        received,
        half_closed: half_closed.clone(),
    };
    let ends = Ends {
        requests,
        half_closed,
        events,
    };
    (ends, run(service, head, Body::new(body), sender))
}

/// The body of the request.
struct Requests {
    received: mpsc::Receiver<Bytes>,
    half_closed: Arc<AtomicBool>,
}

impl http_body::Body for Requests {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match std::task::ready!(self.received.poll_recv(cx)) {
            Some(message) => Poll::Ready(Some(Ok(Frame::data(message)))),
            None if self.half_closed.load(Ordering::Acquire) => Poll::Ready(None),
            // The client has gone, and takes the call with it.
            None => Poll::Pending,
        }
    }
}

/// Runs the call. What it sends waits until the client takes it.
async fn run(mut service: RoutesService, head: Head, body: Body, events: mpsc::Sender<Event>) {
    let response = match service.call(head.request(body)).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let (parts, mut body) = response.into_parts();
    let mut answered = Answered::failed(Status::ok(""), http::HeaderMap::new());
    if Status::from_header_map(&parts.headers).is_some() {
        // A response of trailers only.
        answered.metadata = wire::received(parts.headers.clone());
    } else {
        let begun = Event::Begun(wire::received(parts.headers.clone()));
        if events.send(begun).await.is_err() {
            return;
        }
    }
    let mut buffer = BytesMut::new();
    let mut trailers = None;
    let broken = loop {
        match body.frame().await {
            None => break None,
            Some(Err(status)) => break Some(status),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => buffer.extend_from_slice(&data),
                Err(frame) => trailers = frame.into_trailers().ok(),
            },
        }
        while let Some(message) = first_message(&mut buffer) {
            if events.send(Event::Message(message)).await.is_err() {
                return;
            }
        }
    };
    answered.status = broken.unwrap_or_else(|| status_of(&parts, trailers.as_ref()));
    answered.trailers = wire::received(trailers.unwrap_or_default());
    // Nobody may wait for it any more.
    let _ = events.send(Event::Ended(Box::new(answered))).await;
}

/// Takes the first message, once it is complete, out of its frame.
fn first_message(buffer: &mut BytesMut) -> Option<Bytes> {
    let length = buffer.get(1..PREFIX)?.try_into().ok()?;
    let length = usize::try_from(u32::from_be_bytes(length)).ok()?;
    if buffer.len() - PREFIX < length {
        return None;
    }
    buffer.advance(PREFIX);
    Some(buffer.split_to(length).freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_taken_when_it_is_complete() {
        let mut buffer = BytesMut::new();
        let mut taken = Vec::new();
        for byte in *b"\0\0\0\0\x02ab\0\0\0\0\0\0\0\0\0\x01c" {
            buffer.extend_from_slice(&[byte]);
            taken.extend(first_message(&mut buffer));
        }
        assert_eq!(taken, ["ab", "", "c"]);
        assert!(buffer.is_empty());
    }
}
