//! The `content-type` header.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};

/// What a server takes, as the value of `accept-post`.
pub(crate) const TAKEN: HeaderValue =
    HeaderValue::from_static("application/grpc, application/grpc+proto");

/// Whether messages are in protobuf over gRPC: `application/grpc`, alone or with `+proto`. The parameters after a `;`
/// mean nothing.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return false;
    };
    let media_type = value.as_bytes().split(|byte| *byte == b';').next();
    let media_type = media_type.unwrap_or_default().trim_ascii();
    media_type.eq_ignore_ascii_case(b"application/grpc")
        || media_type.eq_ignore_ascii_case(b"application/grpc+proto")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protobuf_over_grpc_is_taken_and_nothing_else() {
        for (content_type, taken) in [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("application/grpc; charset=utf-8", true),
            ("Application/gRPC+Proto ;x=y", true),
            ("application/grpc+json", false),
            ("application/grpc+", false),
            ("application/grpc+proto2", false),
            ("application/grpc-web", false),
            ("application/grpcish", false),
            ("text/html", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
            assert_eq!(is_grpc(&headers), taken, "{content_type:?}");
        }
        assert!(!is_grpc(&HeaderMap::new()));
    }
}
