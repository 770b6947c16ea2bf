//! The `content-type` header.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// Whether it is `application/grpc`, alone or with a message format after `+`. Any format will do: messages are bytes
/// here.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return false;
    };
    let rest = value.as_bytes().strip_prefix(b"application/grpc");
    matches!(rest, Some([] | [b'+' | b';', ..]))
}
