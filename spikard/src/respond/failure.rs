//! The status of a call that failed.

use std::mem;

use tonic::metadata::{MetadataMap, MetadataValue};

use crate::{Code, Status, wire};

/// The status of a failed call as it is sent. Its metadata cannot overwrite the headers of the protocol. OK becomes
/// INTERNAL: it would make a response that was broken off look whole.
pub(crate) fn sendable(mut status: Status) -> Status {
    if status.code() == Code::Ok {
        tracing::error!(%status, "the handler failed with the status OK");
        return Status::internal(
            "the handler failed with the status OK; the server's log says more",
        );
    }
    if !status.metadata().is_empty() {
        let metadata = mem::take(status.metadata_mut());
        *status.metadata_mut() = MetadataMap::from_headers(wire::sent(metadata));
    }
    status
}

/// A status with which the client is not to send the call again by itself (gRFC A6, pushback). Some clients leave out
/// messages when they send an upload again that was refused before its half-close.
pub(crate) fn not_retried(mut status: Status) -> Status {
    let metadata = status.metadata_mut();
    metadata.insert("grpc-retry-pushback-ms", MetadataValue::from_static("-1"));
    status
}
