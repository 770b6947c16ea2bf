//! The calls that are counted.

use std::convert::Infallible;
use std::error::Error;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::{BufMut, Bytes, BytesMut};
use clap::ValueEnum;
use http::{HeaderValue, Request};
use http_body::{Body, Frame};
use prost::Message;
use spikard::Routes;
use spikard_benches::Raw;
use spikard_benches::shared::Typed;
use spikard_benches::shared::proto::Item;
use tower_service::Service;

/// A DATA frame is not larger by default.
const CHUNK: usize = 16 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// 10,000 raw messages, many in a chunk: deframing and collecting.
    RawCoalesced,
    /// 10,000 raw messages, each its own chunk.
    RawOneEach,
    /// 10,000 raw messages, each across two or three chunks.
    RawStraddling,
    /// 10,000 typed messages, many in a chunk.
    TypedCoalesced,
    /// 100 raw messages of 64 KiB, each across several chunks.
    RawLarge,
    /// 10,000 typed messages there and back.
    TypedEcho,
    /// One typed message.
    TypedUnary,
}

impl Scenario {
    pub(crate) fn messages(self) -> usize {
        match self {
            Self::TypedUnary => 1,
            Self::RawLarge => 100,
            _ => 10_000,
        }
    }

    /// Calls in a run: enough to divide what is not exact.
    pub(crate) fn calls(self) -> usize {
        match self {
            Self::TypedUnary => 1_000,
            _ => 4,
        }
    }

    fn chunks(self) -> Vec<Bytes> {
        let data = match self {
            Self::RawLarge => 65_530,
            _ => 20,
        };
        let mut body = BytesMut::new();
        for value in 0..self.messages() {
            let item = Item {
                value: (value % 100 + 1) as u64,
                data: vec![b'x'; data].into(),
            };
            body.put_u8(0);
            body.put_u32(item.encoded_len() as u32);
            body.put_slice(&item.encode_to_vec());
        }
        let mut body = body.freeze();
        let one = body.len() / self.messages();
        let size = match self {
            Self::RawOneEach => one,
            Self::RawStraddling => one - 12,
            _ => CHUNK,
        };
        let mut chunks = Vec::new();
        while !body.is_empty() {
            chunks.push(body.split_to(size.min(body.len())));
        }
        chunks
    }

    /// Makes the same call again and again.
    pub(crate) fn run(self, calls: usize) -> Result<(), Box<dyn Error>> {
        let routes = match self {
            Self::TypedCoalesced | Self::TypedEcho | Self::TypedUnary => Routes::new().add(Typed),
            _ => Routes::new().add(Raw),
        };
        let mut service = routes.into_service()?;
        let path = match self {
            Self::TypedEcho => "/bench.Bench/Echo",
            Self::TypedUnary => "/bench.Bench/Get",
            _ => "/bench.Bench/Sum",
        };
        let chunks = self.chunks();
        let mut failed = 0;
        for _ in 0..calls {
            let body = tonic::body::Body::new(Chunks(chunks.clone().into_iter()));
            let request = Request::post(path)
                .header("content-type", "application/grpc")
                .body(body)?;
            let Ok(response) = now(service.call(request));
            let mut body = response.into_body();
            while let Some(frame) = now(poll_fn(|cx| Pin::new(&mut body).poll_frame(cx))) {
                let trailers = frame?.into_trailers().ok();
                let status = trailers.and_then(|trailers| trailers.get("grpc-status").cloned());
                failed += usize::from(
                    status.is_some_and(|status| status != HeaderValue::from_static("0")),
                );
            }
        }
        if failed > 0 {
            return Err(format!("{failed} of {calls} calls failed").into());
        }
        Ok(())
    }
}

/// The result of a future that never has to wait, since all input is there.
fn now<F: Future>(future: F) -> F::Output {
    let mut future = Box::pin(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

/// A body whose chunks are all there.
struct Chunks(std::vec::IntoIter<Bytes>);

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|chunk| Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_slice().is_empty()
    }
}
