//! Bare hyper, the floor: no message is looked at. `Echo` sends the chunks back, the others count them.

use std::convert::Infallible;
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use spikard_benches::announce;
use spikard_benches::shared::proto::Total;
use tokio::net::TcpListener;

pub(crate) async fn serve() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    announce(listener.local_addr()?)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let connection = http2::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), service_fn(answer));
            // A client that hangs up is no news.
            let _ = connection.await;
        });
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Answer>, hyper::Error> {
    let echo = request.uri().path().ends_with("/Echo");
    let mut body = request.into_body();
    let mut kept = Vec::new();
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        if let Ok(chunk) = frame?.into_data() {
            bytes += chunk.len() as u64;
            if echo {
                kept.push(chunk);
            }
        }
    }
    if !echo {
        kept.push(framed(Total {
            items: 0,
            sum: bytes,
        }));
    }
    let mut response = Response::new(Answer(Some(kept.into_iter())));
    let value = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert("content-type", value);
    Ok(response)
}

fn framed(total: Total) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(total.encoded_len() as u32);
    frame.put_slice(&total.encode_to_vec());
    frame.freeze()
}

/// Chunks, then the trailers.
struct Answer(Option<vec::IntoIter<Bytes>>);

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(chunks) = &mut self.0 else {
            return Poll::Ready(None);
        };
        Poll::Ready(Some(Ok(match chunks.next() {
            Some(chunk) => Frame::data(chunk),
            None => {
                self.0 = None;
                let mut trailers = HeaderMap::new();
                trailers.insert("grpc-status", HeaderValue::from_static("0"));
                Frame::trailers(trailers)
            }
        })))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }
}
