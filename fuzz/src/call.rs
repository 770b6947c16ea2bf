//! One call of a service in the process.

use std::cell::RefCell;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body_util::BodyExt;
use spikard::{Limits, Routes, RoutesService};
use tokio::runtime::Runtime;
use tonic::body::Body;
use tower_service::Service;

use crate::body::Chunks;
use crate::{MAX_MESSAGE_BYTES, MAX_MESSAGES, MAX_STREAM_BYTES};

/// What a client gets.
#[derive(Debug)]
pub struct Answer {
    /// The initial metadata.
    pub headers: HeaderMap,
    /// The frames of all messages.
    pub body: Bytes,
    /// The trailers, or the headers of a response that has nothing else.
    pub trailers: HeaderMap,
}

impl Answer {
    /// `grpc-status`, which every answer has.
    pub fn code(&self) -> i32 {
        let status = self.trailers.get("grpc-status").expect("a status");
        status.to_str().unwrap().parse().unwrap()
    }
}

thread_local! {
    static RUNTIME: Runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    static SERVICE: RefCell<Option<RoutesService>> = const { RefCell::new(None) };
}

/// Calls a method of `routes`, which are the same each time.
pub fn call(
    routes: impl FnOnce(Routes) -> Routes,
    path: &str,
    headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
    chunks: impl IntoIterator<Item = Bytes>,
) -> Answer {
    let mut service = SERVICE.with_borrow_mut(|service| {
        let limits = Limits {
            max_messages: MAX_MESSAGES,
            max_message_bytes: MAX_MESSAGE_BYTES,
            max_stream_bytes: MAX_STREAM_BYTES,
            ..Limits::default()
        };
        let made = || routes(Routes::new().limits(limits)).into_service().unwrap();
        service.get_or_insert_with(made).clone()
    });
    let body = Body::new(Chunks(
        chunks
            .into_iter()
            .filter(|chunk| !chunk.is_empty())
            .collect(),
    ));
    let mut request = Request::post(path).body(body).unwrap();
    request.headers_mut().extend(headers);
    request
        .headers_mut()
        .entry("content-type")
        .or_insert(HeaderValue::from_static("application/grpc"));
    RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let Ok(response) = service.call(request).await;
            assert_eq!(response.status(), 200);
            let (parts, body) = response.into_parts();
            let body = body.collect().await.expect("a body that ends");
            let trailers = body
                .trailers()
                .cloned()
                .unwrap_or_else(|| parts.headers.clone());
            Answer {
                headers: parts.headers,
                body: body.to_bytes(),
                trailers,
            }
        })
    })
}
