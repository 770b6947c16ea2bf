//! What is decided from the head of a request, before its body is read.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use tonic::body::Body;
use tonic::metadata::MetadataMap;

use crate::collect::RequestBody;
use crate::compression::{Accepted, accepted_here, of_request};
use crate::connection_info::ConnectionInfo;
use crate::deadline::Deadline;
use crate::respond::Sending;
use crate::{Call, Limits, Status, metadata};

use super::call::Policy;
use super::timeout::grpc_timeout;

/// What a request says before its first message.
pub struct RequestHead {
    pub(crate) service_name: Cow<'static, str>,
    pub(crate) method_name: Cow<'static, str>,
    pub(crate) metadata: MetadataMap,
    pub(crate) call: Arc<Call>,
}

/// A call that may be read: what is known of it, and its body.
pub(crate) struct Admitted {
    pub(crate) head: RequestHead,
    pub(crate) body: RequestBody,
    pub(crate) sending: Sending,
    pub(crate) deadline: Option<Deadline>,
}

/// Refuses what is not a gRPC request (HTTP's own statuses), and what asks for the impossible.
pub(super) fn admit(
    request: Request<Body>,
    service_name: Cow<'static, str>,
    method_name: Cow<'static, str>,
    limits: Limits,
    policy: &Policy,
) -> Result<Admitted, Response<Body>> {
    if request.method() != Method::POST {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED);
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("POST"));
        return Err(response);
    }
    if !is_grpc(request.headers()) {
        return Err(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let (parts, body) = request.into_parts();
    let compression = of_request(&parts.headers).map_err(unknown_encoding)?;
    let asked = grpc_timeout(&parts.headers).map_err(Status::into_http)?;
    let connection = parts.extensions.get::<ConnectionInfo>();
    let arrived = connection.and_then(|connection| connection.arrived);
    let deadline = Deadline::of(asked, limits.timeout, arrived.unwrap_or_else(Instant::now));
    let accepted = Accepted::of(&parts.headers);
    let verified = connection.is_some();
    Ok(Admitted {
        head: RequestHead {
            service_name,
            method_name,
            metadata: metadata::received(parts.headers),
            call: Arc::new(Call::new(parts.extensions, deadline.map(Deadline::at))),
        },
        body: RequestBody::new(body, limits, policy.budget.clone(), compression, verified),
        sending: Sending {
            accepted,
            compression: policy.compression,
            max_message_bytes: limits.max_sent_message_bytes,
        },
        deadline,
    })
}

/// The answer to a path that names no method of this server.
pub(crate) fn unknown_method(path: &str) -> Response<Body> {
    Status::unimplemented(format!("this server has no method {path}")).into_http()
}

/// `application/grpc`, alone or with a message format after `+`. Any format is taken: the messages
/// are bytes to us.
fn is_grpc(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return false;
    };
    let rest = value.as_bytes().strip_prefix(b"application/grpc");
    matches!(rest, Some([] | [b'+' | b';', ..]))
}

fn unknown_encoding(encoding: &HeaderValue) -> Response<Body> {
    let accepted = accepted_here();
    let status = Status::unimplemented(format!(
        "the grpc-encoding {encoding:?} is not supported: send one of {accepted:?}"
    ));
    let mut response = status.into_http::<Body>();
    response
        .headers_mut()
        .insert("grpc-accept-encoding", accepted);
    response
}

fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
