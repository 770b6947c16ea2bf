//! Metadata, apart from the headers of the protocol.

use http::{HeaderMap, HeaderName};
use tonic::metadata::MetadataMap;

/// Whether gRPC or HTTP/2 keep a header for themselves. `grpc-` is reserved as a prefix, but of it only these
/// carry the protocol (`grpc-trace-bin`, for one, is for applications).
fn is_reserved(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "content-length"
            | "content-type"
            | "grpc-accept-encoding"
            | "grpc-encoding"
            | "grpc-message"
            | "grpc-message-type"
            | "grpc-status"
            | "grpc-status-details-bin"
            | "grpc-timeout"
            | "keep-alive"
            | "proxy-connection"
            | "te"
            | "transfer-encoding"
            | "upgrade"
    )
}

/// What a client sent, without the headers of the protocol.
pub(crate) fn received(headers: HeaderMap) -> MetadataMap {
    MetadataMap::from_headers(without_reserved(headers))
}

/// What a handler sends; it cannot overwrite the headers of the protocol.
pub(crate) fn sent(metadata: MetadataMap) -> HeaderMap {
    without_reserved(metadata.into_headers())
}

fn without_reserved(mut headers: HeaderMap) -> HeaderMap {
    // A request has four or five of them: to look up each that is reserved would hash fifteen names.
    while let Some(name) = headers.keys().find(|name| is_reserved(name)).cloned() {
        headers.remove(name);
    }
    headers
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_headers_of_the_protocol_are_taken_out_and_no_other() {
        let names = [
            "x-user",
            "te",
            "content-type",
            "grpc-timeout",
            "grpc-trace-bin",
            "grpc-encoding",
            "te",
            "x-user",
            "user-agent",
        ];
        let mut headers = HeaderMap::new();
        for name in names {
            headers.append(name, HeaderValue::from_static("1"));
        }
        let metadata = received(headers).into_headers();
        let mut left: Vec<&str> = metadata.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["grpc-trace-bin", "user-agent", "x-user"]);
        assert_eq!(metadata.get_all("x-user").iter().count(), 2);
    }
}
