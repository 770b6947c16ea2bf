//! Admission: what is decided from a request's headers, before its body is read.

use std::sync::Arc;
use std::time::Instant;

use http::header::ALLOW;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use tonic::body::Body;

use crate::call::{Arrival, Charge, Deadline, HalfClose};
use crate::collect::RequestBody;
use crate::respond::{Sending, not_retried};
use crate::shapes::RequestHead;
use crate::wire::{self, Accepted, NotAccepted};
use crate::{Call, Limits, Status};

use super::policy::Policy;
use super::target::Target;

/// A call that is admitted: what is known of it, and its body.
pub(super) struct Admitted {
    pub(super) head: RequestHead,
    pub(super) body: RequestBody,
    pub(super) sending: Sending,
    pub(super) deadline: Option<Deadline>,
}

/// Admits a call, whose request is a stream if it `uploads`, or refuses it: what is not a gRPC request with an HTTP status, what cannot be served with a gRPC one.
pub(super) fn admit(
    request: Request<Body>,
    target: Target,
    limits: Limits,
    policy: &Policy,
    uploads: bool,
) -> Result<Admitted, Response<Body>> {
    if request.method() != Method::POST {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED);
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("POST"));
        return Err(response);
    }
    if !wire::is_grpc(request.headers()) {
        return Err(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let (mut parts, body) = request.into_parts();
    let options = &target.options;
    let accepts = options
        .accept_compression
        .unwrap_or(policy.accept_compression);
    let codec = wire::of_request(&parts.headers, accepts)
        .map_err(|encoding| encoding_refused(&encoding, accepts))?;
    let refuses = options
        .refuse_retried_uploads
        .unwrap_or(policy.refuse_retried_uploads);
    if uploads && refuses && parts.headers.contains_key("grpc-previous-rpc-attempts") {
        return Err(retried());
    }
    let asked =
        wire::grpc_timeout(&parts.headers).map_err(|status| not_retried(status).into_http())?;
    let (connection, at, half_close) = match parts.extensions.remove() {
        Some(Arrival {
            connection,
            at,
            half_close,
        }) => (Some(connection), at, half_close),
        // Mounted in another server.
        None => (None, Instant::now(), HalfClose::Unverified),
    };
    let deadline = Deadline::of(asked, limits.timeout, at);
    let charge = Charge::new(policy.budget.clone(), connection.clone());
    let call = Call::new(connection, deadline.map(Deadline::at), parts.extensions);
    let call = Arc::new(call);
    Ok(Admitted {
        sending: Sending {
            accepted: Accepted::of(&parts.headers),
            compression: policy.compression,
            max_message_bytes: limits.max_sent_message_bytes,
        },
        head: RequestHead {
            service_name: target.service,
            method_name: target.method,
            metadata: wire::received(parts.headers),
            call: call.clone(),
        },
        body: RequestBody::new(body, limits, charge, call, codec, half_close),
        deadline,
    })
}

/// The answer to a path that names no method of this server.
pub(crate) fn unknown_method(path: &str) -> Response<Body> {
    not_retried(Status::unimplemented(format!(
        "this server has no method {}",
        wire::shown(path.as_bytes())
    )))
    .into_http()
}

fn encoding_refused(refused: &NotAccepted<'_>, compressed: bool) -> Response<Body> {
    let accepted = wire::accepted_here(compressed);
    let why = if refused.is_known {
        "not accepted, as accept_compression is off"
    } else {
        "not supported"
    };
    let status = Status::unimplemented(format!(
        "the grpc-encoding \"{}\" is {why}: send one of {accepted:?}",
        wire::shown(refused.encoding.as_bytes())
    ));
    let mut response = not_retried(status).into_http::<Body>();
    response
        .headers_mut()
        .insert("grpc-accept-encoding", accepted);
    response
}

/// ABORTED is gRPC's code for what is to be done again at a higher level: by the application, which has all messages.
fn retried() -> Response<Body> {
    not_retried(Status::aborted(
        "this is an upload that the client sends again by itself (grpc-previous-rpc-attempts), and messages may be \
         missing: refuse_retried_uploads is on, so let the application send all of it as a new call",
    ))
    .into_http()
}

fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
