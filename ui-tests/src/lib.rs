//! What the forms under `tests/pass` are called with: calls of a service without a socket.

pub mod pb;

use std::convert::Infallible;
use std::future::Future;

use bytes::{BufMut, Bytes, BytesMut};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use spikard::GrpcService;
use tonic::body::Body;
use tower_service::Service;

/// An answer to a call, as it came over HTTP.
#[derive(Debug)]
pub struct Answer {
    /// The code of `grpc-status`.
    pub status: i32,
    /// The text of `grpc-message`.
    pub message: String,
    /// The messages, without their frames.
    pub messages: Vec<Bytes>,
}

/// Runs a future to its end.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().expect("a runtime starts");
    runtime.block_on(future)
}

/// Calls `service/method` with `messages` through the service that tower sees.
pub fn call<S>(service: &mut S, path: &str, messages: &[&[u8]]) -> Answer
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let request = Request::post(format!("/{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(Full::new(frames(messages))))
        .expect("the request is well formed");
    block_on(async {
        let Ok(response) = service.call(request).await;
        answer(response).await
    })
}

/// The names, kinds and handlers of a service, as a start-up table would have them.
pub fn table<S: GrpcService>() -> Vec<String> {
    S::METHODS
        .iter()
        .map(|info| {
            format!(
                "{} {}: {} ({})",
                S::NAME,
                info.name,
                info.kind,
                info.handler
            )
        })
        .collect()
}

fn frames(messages: &[&[u8]]) -> Bytes {
    let mut body = BytesMut::new();
    for message in messages {
        body.put_u8(0);
        body.put_u32(u32::try_from(message.len()).expect("a test's message is short"));
        body.put_slice(message);
    }
    body.freeze()
}

async fn answer(response: Response<Body>) -> Answer {
    let headers = response.headers().clone();
    let body = response.into_body().collect().await;
    let body = body.expect("the response is whole");
    let trailers = body.trailers().cloned().unwrap_or_default();
    let find = |name| trailers.get(name).or_else(|| headers.get(name));
    let text = |name| find(name).and_then(|value| value.to_str().ok());
    Answer {
        status: text("grpc-status")
            .and_then(|code| code.parse().ok())
            .expect("every answer has a status"),
        message: text("grpc-message").unwrap_or_default().to_owned(),
        messages: split(body.to_bytes()),
    }
}

fn split(mut body: Bytes) -> Vec<Bytes> {
    let mut messages = Vec::new();
    while !body.is_empty() {
        let head = body.split_to(5);
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        messages.push(body.split_to(length as usize));
    }
    messages
}
