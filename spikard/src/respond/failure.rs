//! What a client may do about a call that failed.

use tonic::metadata::MetadataValue;

use crate::Status;

/// The header that tells a client when to send a call again by itself (gRFC A6).
pub(super) const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// A status with which the client is not to send the call again by itself (gRFC A6, pushback). Some clients leave out
/// messages when they send an upload again that was refused before its half-close.
pub(crate) fn not_retried(mut status: Status) -> Status {
    let metadata = status.metadata_mut();
    metadata.insert(PUSHBACK, MetadataValue::from_static("-1"));
    status
}
