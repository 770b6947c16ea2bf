//! The status of a call that failed.

use std::mem;

use tonic::metadata::MetadataMap;

use crate::{Code, Status, wire};

/// The status of a failed call as it is sent: its metadata cannot overwrite the headers of the protocol
/// either, and a failure is not called OK, which would make a broken-off response look whole.
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
