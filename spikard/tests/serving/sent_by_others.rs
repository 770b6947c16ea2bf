//! What layers, and services of others, send beside messages is bounded as well.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use spikard::{Code, LayeredService, Server, Status};
use tonic::body::Body;
use tonic::server::NamedService;
use tower::layer::layer_fn;
use tower::{Service, service_fn};

use crate::sent::{Fail, LARGE, LIMIT, large, metadata, status_of};
use crate::support::{Running, framed, unary};

#[tokio::test]
async fn the_error_of_a_layer_is_bounded_as_well() {
    let fails = layer_fn(|_: LayeredService| {
        service_fn(|_: Request<Body>| async { Err::<Response<Body>, _>(large("text")) })
    });
    let running = Running::start(Server::builder().add(Fail).layer(fails)).await;
    let status = status_of(&running, "/test.Sent/Fail", "").await;
    assert_eq!(status.code(), Code::NotFound, "{status}");
    assert!(status.message().ends_with("ä… (40000 bytes)"), "{status}");
}

/// Answers as a service of others does: what the path names is too large.
#[derive(Clone)]
struct Foreign;

impl NamedService for Foreign {
    const NAME: &'static str = "test.Foreign";
}

impl Service<Request<Body>> for Foreign {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let [_, _, part] = request.uri().path().split('/').collect::<Vec<_>>()[..] else {
            panic!("{request:?}");
        };
        let (mut head, mut tail) = (http::HeaderMap::new(), http::HeaderMap::new());
        match part {
            "Fail" => return ready(Ok(large("metadata").into_http())),
            "FailLate" => large("metadata").add_header(&mut tail).unwrap(),
            "Answer" => head = metadata(LARGE).into_headers(),
            "AnswerLate" => tail = metadata(LARGE).into_headers(),
            _ => tail = metadata(LIMIT - 500).into_headers(),
        }
        tail.entry("grpc-status").or_insert(0.into());
        head.insert("content-type", "application/grpc".parse().unwrap());
        let message = Ok(Frame::data(framed(false, b"\x0a\x03one")));
        let frames: [Result<_, Status>; 2] = [message, Ok(Frame::trailers(tail))];
        let mut response = Response::new(Body::new(StreamBody::new(tokio_stream::iter(frames))));
        *response.headers_mut() = head;
        ready(Ok(response))
    }
}

async fn holds_others_to_it(running: &Running, service: &'static str) {
    for (method, code) in [
        ("Fail", Code::NotFound),
        ("FailLate", Code::NotFound),
        ("Answer", Code::Internal),
        ("AnswerLate", Code::Internal),
    ] {
        let method: &'static str = format!("/{service}/{method}").leak();
        let status = status_of(running, method, "").await;
        assert_eq!(status.code(), code, "{method}: {status}");
        if code == Code::NotFound {
            assert_eq!(status.message(), "no such record", "{method}");
            assert_eq!(status.metadata().get("x-kept").unwrap(), "yes");
            assert!(status.metadata().get("x-large").is_none());
        } else {
            let text = status.message();
            assert!(text.contains("max_sent_metadata_bytes = 8192"), "{text}");
        }
    }
}

#[tokio::test]
async fn services_of_others_are_bounded_as_well() {
    let running = Running::start(Server::builder().add_service(Foreign)).await;
    holds_others_to_it(&running, "test.Foreign").await;
    // What fits goes out as it is.
    let mut client = running.client().await;
    let request = tonic::Request::new(String::new());
    let answer = unary::<_, String>(&mut client, "/test.Foreign/Fits", request).await;
    let trailers = answer.unwrap().metadata().clone();
    assert_eq!(trailers.get("x-large").unwrap().len(), LIMIT - 500);
}

/// A layer may answer by itself, and add to what is answered.
#[tokio::test]
async fn what_layers_send_is_bounded_as_well() {
    let answers = layer_fn(|_: LayeredService| Foreign);
    let running = Running::start(Server::builder().add(Fail).layer(answers)).await;
    holds_others_to_it(&running, "test.Sent").await;
}
