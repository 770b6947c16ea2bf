//! The status of a call that failed.

use std::mem;

use tonic::metadata::MetadataMap;

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
