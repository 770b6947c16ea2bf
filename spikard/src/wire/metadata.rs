//! Metadata, apart from the headers of the protocol.

use http::{HeaderMap, HeaderName, HeaderValue};
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
    let mut headers = without_reserved(headers);
    split_binary(&mut headers);
    MetadataMap::from_headers(headers)
}

/// Splits the values of `-bin` keys at their commas: proxies may join the values of a repeated key so.
fn split_binary(headers: &mut HeaderMap) {
    let is_joined = |(name, value): &(&HeaderName, &HeaderValue)| {
        name.as_str().ends_with("-bin") && value.as_bytes().contains(&b',')
    };
    while let Some(name) = headers.iter().find(is_joined).map(|(name, _)| name.clone()) {
        let joined: Vec<_> = headers.get_all(&name).iter().cloned().collect();
        headers.remove(&name);
        for part in joined
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        {
            // A part of a value that is valid is valid.
            if let Ok(value) = HeaderValue::from_bytes(part.trim_ascii()) {
                headers.append(&name, value);
            }
        }
    }
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

    #[test]
    fn joined_binary_values_are_split_and_stay_in_order() {
        let mut headers = HeaderMap::new();
        for value in ["AAE,//4=", "Ag", "AA , AQ", ",", ""] {
            headers.append("x-raw-bin", HeaderValue::from_static(value));
        }
        headers.append("x-plain", HeaderValue::from_static("a,b"));
        let metadata = received(headers);
        let binary = metadata.get_all_bin("x-raw-bin").iter();
        let decoded: Vec<Vec<u8>> = binary
            .map(|value| value.to_bytes().unwrap().to_vec())
            .collect();
        let expected: [&[u8]; 8] = [&[0, 1], &[255, 254], &[2], &[0], &[1], &[], &[], &[]];
        assert_eq!(decoded, expected);
        assert_eq!(metadata.get("x-plain").unwrap(), "a,b");
    }
}
