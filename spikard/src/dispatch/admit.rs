//! Admission: what is decided from a request's headers, before its body is read.

use std::sync::Arc;
use std::time::Instant;

use http::{HeaderValue, Request};
use tonic::body::Body;

use crate::call::{Arrival, Charge, Deadline, HalfClose};
use crate::collect::RequestBody;
use crate::respond::Sending;
use crate::shapes::RequestHead;
use crate::wire::{self, Accepted};
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

/// Admits a call, or refuses it.
pub(super) fn admit(
    request: Request<Body>,
    target: Target,
    limits: Limits,
    policy: &Policy,
) -> Result<Admitted, Status> {
    let (mut parts, body) = request.into_parts();
    let codec = wire::of_request(&parts.headers).map_err(unknown_encoding)?;
    let asked = wire::grpc_timeout(&parts.headers)?;
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

fn unknown_encoding(encoding: &HeaderValue) -> Status {
    let accepted = wire::accepted_here();
    Status::unimplemented(format!(
        "the grpc-encoding {encoding:?} is not supported: send one of {accepted:?}"
    ))
}
