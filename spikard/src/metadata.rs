//! The line between a user's metadata and the headers of the protocol.

use std::mem;

use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TE, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderName};
use tonic::metadata::MetadataMap;

use crate::{Code, Status};

/// The headers that gRPC and HTTP/2 keep for themselves; `grpc-` is reserved as a prefix, but of it
/// only these carry the protocol (`grpc-trace-bin`, for one, is for applications).
const RESERVED: [HeaderName; 15] = [
    CONNECTION,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("grpc-accept-encoding"),
    HeaderName::from_static("grpc-encoding"),
    HeaderName::from_static("grpc-message"),
    HeaderName::from_static("grpc-message-type"),
    HeaderName::from_static("grpc-status"),
    HeaderName::from_static("grpc-status-details-bin"),
    HeaderName::from_static("grpc-timeout"),
];

/// What a client sent, without the headers of the protocol.
pub(crate) fn received(headers: HeaderMap) -> MetadataMap {
    MetadataMap::from_headers(without_reserved(headers))
}

/// What a handler sends; it cannot overwrite the headers of the protocol.
pub(crate) fn sent(metadata: MetadataMap) -> HeaderMap {
    without_reserved(metadata.into_headers())
}

/// The status of a failed call as it is sent: its metadata cannot overwrite the headers of the protocol
/// either, and a failure is not called OK, which would make a broken-off response look whole.
pub(crate) fn failure(mut status: Status) -> Status {
    if status.code() == Code::Ok {
        tracing::error!(%status, "the handler failed with the status OK");
        return Status::internal(
            "the handler failed with the status OK; the server's log says more",
        );
    }
    if !status.metadata().is_empty() {
        let metadata = mem::take(status.metadata_mut());
        *status.metadata_mut() = MetadataMap::from_headers(sent(metadata));
    }
    status
}

fn without_reserved(mut headers: HeaderMap) -> HeaderMap {
    if !headers.is_empty() {
        for name in &RESERVED {
            headers.remove(name);
        }
    }
    headers
}
