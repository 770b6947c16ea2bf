//! Admission: what is decided from a request's headers, before its body is read.

use std::sync::Arc;
use std::time::Instant;

use http::Request;
use tonic::body::Body;

use crate::call::{Arrival, Charge, Deadline, HalfClose};
use crate::collect::RequestBody;
use crate::respond::Sending;
use crate::shapes::RequestHead;
use crate::stats::{Limit, limited};
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

/// Admits a call, whose request is a stream if it `uploads`, or refuses it. Its times are `measured` from then on.
pub(super) fn admit(
    request: Request<Body>,
    target: Target,
    limits: Limits,
    policy: &Policy,
    uploads: bool,
    measured: Option<Instant>,
) -> Result<Admitted, Status> {
    let (mut parts, body) = request.into_parts();
    let options = &target.options;
    let accepts = policy.accepts_compression(options);
    let codec = wire::of_request(&parts.headers, accepts)
        .map_err(|encoding| encoding_refused(&encoding, accepts))?;
    let refuses = options
        .refuse_retried_uploads
        .unwrap_or(policy.refuse_retried_uploads);
    if uploads && refuses && parts.headers.contains_key("grpc-previous-rpc-attempts") {
        return Err(retried());
    }
    let asked = wire::grpc_timeout(&parts.headers)?;
    let (connection, at, half_close) = match parts.extensions.remove() {
        Some(Arrival {
            connection,
            at,
            half_close,
            ..
        }) => (Some(connection), at, half_close),
        // Mounted in another server.
        None => (None, Instant::now(), HalfClose::Unverified),
    };
    let deadline = Deadline::of(asked, limits.timeout, at);
    let charge = Charge::new(policy.budget.clone(), connection.clone());
    let undecodable = options
        .undecodable_as_invalid_argument
        .or(policy.undecodable_as_invalid_argument);
    let deadline_at = deadline.map(Deadline::at);
    let call = Call::new(connection, deadline_at, parts.extensions, undecodable);
    let call = Arc::new(call.measured_from(measured));
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
        body: RequestBody::new(
            body,
            limits,
            target.messages,
            charge,
            call,
            codec,
            half_close,
        ),
        deadline,
    })
}

fn encoding_refused(refused: &NotAccepted<'_>, compressed: bool) -> Status {
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
    if refused.is_known {
        limited(Limit::AcceptCompression, status)
    } else {
        status
    }
}

/// ABORTED is gRPC's code for what is to be done again at a higher level: by the application, which has all messages.
fn retried() -> Status {
    let status = Status::aborted(
        "this is an upload that the client sends again by itself (grpc-previous-rpc-attempts), and messages may be \
         missing: refuse_retried_uploads is on, so let the application send all of it as a new call",
    );
    limited(Limit::RefuseRetriedUploads, status)
}
