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
pub(crate) fn received(mut headers: HeaderMap) -> MetadataMap {
    while take_reserved(&mut headers).is_some() {}
    split_binary(&mut headers);
    MetadataMap::from_headers(headers)
}

/// The most commas of a request that values are split at. Of a client that indexes its headers a comma takes no byte on
/// the wire, and the value after it takes 80 here, which no budget counts.
const MOST_COMMAS: usize = 256;

/// Splits the values of `-bin` keys at their commas: proxies may join the values of a repeated key so. A key with more
/// commas than are left stays as it is: its values are no base64, which whoever reads them is told.
fn split_binary(headers: &mut HeaderMap) {
    let mut joined: Vec<(HeaderName, usize)> = Vec::new();
    for (name, value) in headers.iter() {
        if !name.as_str().ends_with("-bin") {
            continue;
        }
        let commas = value.as_bytes().iter().filter(|byte| **byte == b',');
        match (joined.last_mut(), commas.count()) {
            (_, 0) => {}
            // The values of a name come one after another.
            (Some((last, so_far)), more) if last == name => *so_far += more,
            (_, commas) => joined.push((name.clone(), commas)),
        }
    }
    let mut left = MOST_COMMAS;
    for (name, commas) in joined {
        let Some(rest) = left.checked_sub(commas) else {
            continue;
        };
        left = rest;
        let values: Vec<_> = headers.get_all(&name).iter().cloned().collect();
        headers.remove(&name);
        for part in values
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

/// What a handler sends, as headers, and the names that it cannot send: those of the protocol.
///
/// White space at the ends of a value is taken off, as gRPC allows: HTTP/2 forbids it, and a strict peer ends the
/// connection over it.
pub(crate) fn sent(metadata: MetadataMap) -> (HeaderMap, Vec<HeaderName>) {
    let mut headers = metadata.into_headers();
    let mut reserved = Vec::new();
    while let Some(name) = take_reserved(&mut headers) {
        reserved.push(name);
    }
    for value in headers.values_mut() {
        if let Some(trimmed) = trimmed(value) {
            *value = trimmed;
        }
    }
    (headers, reserved)
}

/// What headers take in HTTP/2's count (RFC 9113, section 6.5.2), which gRPC's limits are in.
pub(crate) fn header_list_size(headers: &HeaderMap) -> usize {
    let fields = headers.iter();
    fields.map(|(name, value)| field_size(name, value)).sum()
}

pub(crate) fn field_size(name: &HeaderName, value: &HeaderValue) -> usize {
    name.as_str().len() + value.len() + 32
}

fn take_reserved(headers: &mut HeaderMap) -> Option<HeaderName> {
    // A request has four or five of them: to look up each that is reserved would hash fifteen names.
    let name = headers.keys().find(|name| is_reserved(name)).cloned()?;
    headers.remove(&name);
    Some(name)
}

/// The value without white space at its ends, if it has any.
fn trimmed(value: &HeaderValue) -> Option<HeaderValue> {
    let bytes = value.as_bytes();
    let trimmed = bytes.trim_ascii();
    if trimmed.len() == bytes.len() {
        return None;
    }
    HeaderValue::from_bytes(trimmed).ok()
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

    #[test]
    fn a_request_is_split_at_so_many_commas_and_no_more() {
        let count = |headers: &HeaderMap, name: &str| headers.get_all(name).iter().count();
        let commas = |commas: usize| HeaderValue::from_maybe_shared(",".repeat(commas)).unwrap();
        let mut headers = HeaderMap::new();
        // The values of one key count together, whatever comes between them.
        headers.append("x-many-bin", commas(MOST_COMMAS - 1));
        headers.append("x-few-bin", commas(MOST_COMMAS - 2));
        headers.append("x-many-bin", commas(2));
        headers.append("x-two-bin", commas(2));
        headers.append("x-late-bin", commas(1));
        let headers = received(headers).into_headers();
        assert_eq!(count(&headers, "x-many-bin"), 2);
        assert_eq!(headers["x-many-bin"], ",".repeat(MOST_COMMAS - 1));
        assert_eq!(count(&headers, "x-few-bin"), MOST_COMMAS - 1);
        assert_eq!(count(&headers, "x-two-bin"), 3);
        assert_eq!(headers["x-late-bin"], ",");
    }

    #[test]
    fn what_is_sent_names_what_is_reserved_and_has_no_white_space_at_its_ends() {
        let mut metadata = MetadataMap::new();
        metadata.insert("grpc-status", "5".parse().unwrap());
        metadata.append("x-user", " ann b ".parse().unwrap());
        metadata.append("x-user", "\tz".parse().unwrap());
        metadata.append("x-user", " ".parse().unwrap());
        let (headers, reserved) = sent(metadata);
        assert_eq!(reserved, ["grpc-status"]);
        let values: Vec<_> = headers.get_all("x-user").iter().collect();
        assert_eq!(values, ["ann b", "z", ""]);
        assert_eq!(header_list_size(&headers), 3 * (6 + 32) + 6);
    }
}
