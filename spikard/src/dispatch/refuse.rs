//! What is refused before it is known to be a call of a method.

use std::sync::Arc;

use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use tonic::body::Body;

use crate::call::{Arrival, CallSpan, Reached};
use crate::respond::not_retried;
use crate::stats::{CallRecord, MethodCounters};
use crate::{Status, wire};

/// The content types that a POST may have (RFC 9110 has no other field for a 415).
const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");

/// The answer to what is not a gRPC request, whatever its path: a status of HTTP that says so. A gRPC status would be 200
/// to clients that know only HTTP, such as the health check of a load balancer, and a tunnel to those that send CONNECT.
pub(crate) fn not_grpc<B>(request: &Request<B>) -> Option<Response<Body>> {
    let (method, headers) = (request.method(), request.headers());
    if method != Method::POST {
        let text = format!("{method} is not a gRPC call: a client of gRPC sends POST\n");
        let post = HeaderValue::from_static("POST");
        let status = StatusCode::METHOD_NOT_ALLOWED;
        return Some(in_http(request, status, text, (ALLOW, post)));
    }
    if !wire::is_grpc(headers) {
        let text = match headers.get(CONTENT_TYPE) {
            Some(found) => {
                let found = wire::shown(found.as_bytes());
                format!("the content-type \"{found}\" is not served: ")
            }
            None => String::from("there is no content-type: "),
        };
        let text = text + "send protobuf as application/grpc or application/grpc+proto\n";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Some(in_http(request, status, text, (ACCEPT_POST, wire::TAKEN)));
    }
    None
}

/// The answer to a path that names no method of this server, which is counted by `counters`.
pub(crate) fn unknown_method<B>(
    request: &Request<B>,
    counters: Option<&Arc<MethodCounters>>,
) -> Response<Body> {
    let path = wire::shown(request.uri().path().as_bytes());
    let status = not_retried(Status::unimplemented(format!(
        "this server has no method {path}"
    )));
    Reached::set(request.extensions());
    let arrival = request.extensions().get::<Arrival>();
    let peer = arrival.and_then(|arrival| arrival.connection.address);
    let arrived = arrival.map(|arrival| arrival.at);
    let record =
        counters.map(|counters| CallRecord::started(counters.clone(), Some(&path), peer, arrived));
    CallSpan::of_unknown(&path, peer, record)
        .continues(request.headers())
        .fail(&status);
    status.into_http()
}

fn in_http<B>(
    request: &Request<B>,
    status: StatusCode,
    text: String,
    (name, value): (HeaderName, HeaderValue),
) -> Response<Body> {
    let path = wire::shown(request.uri().path().as_bytes());
    tracing::debug!(path, %status, "not a gRPC request: {}", text.trim_end());
    // HEAD has the headers of GET, and no body.
    let body = match *request.method() {
        Method::HEAD | Method::CONNECT => Body::empty(),
        _ => Body::new(http_body_util::Full::from(text)),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(name, value);
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(CONTENT_TYPE, plain);
    response
}
