//! The line between a user's metadata and the headers of the protocol.

use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TE, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderName};
use tonic::metadata::MetadataMap;

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

fn without_reserved(mut headers: HeaderMap) -> HeaderMap {
    if !headers.is_empty() {
        for name in &RESERVED {
            headers.remove(name);
        }
    }
    headers
}
