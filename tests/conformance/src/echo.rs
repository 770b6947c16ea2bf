//! What the suite wants to see again: the request, and the metadata and the error that it asks for.

use std::collections::BTreeMap;

use prost::Message;
use prost_types::Any;
use spikard::{Call, Code, MetadataMap, Status};

use crate::proto::conformance_payload::RequestInfo;
use crate::proto::{Error, Header};

/// A message of the suite, packed.
pub(crate) fn packed(name: &str, message: &impl Message) -> Any {
    Any {
        type_url: format!("type.googleapis.com/connectrpc.conformance.v1.{name}"),
        value: message.encode_to_vec(),
    }
}

/// What is known of a request.
pub(crate) fn info(received: &MetadataMap, call: &Call, requests: Vec<Any>) -> RequestInfo {
    let mut headers = BTreeMap::<_, Vec<_>>::new();
    let received = received.clone().into_headers();
    for (name, value) in &received {
        // Values of binary keys stay base64.
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.entry(name.as_str()).or_default().push(value);
    }
    let headers = headers.into_iter().map(|(name, value)| Header {
        name: name.into(),
        value,
    });
    RequestInfo {
        request_headers: headers.collect(),
        timeout_ms: call
            .time_remaining()
            .and_then(|time| time.as_millis().try_into().ok()),
        requests,
        connect_get_info: None,
    }
}

/// The metadata that is asked for; the values of binary keys are base64 already.
pub(crate) fn metadata(asked: &[Header]) -> Result<MetadataMap, Status> {
    let mut map = http::HeaderMap::new();
    for header in asked {
        let name: http::HeaderName = header.name.parse().map_err(invalid)?;
        for value in &header.value {
            map.append(&name, value.parse().map_err(invalid)?);
        }
    }
    Ok(MetadataMap::from_headers(map))
}

fn invalid(error: impl std::fmt::Display) -> Status {
    Status::invalid_argument(error.to_string())
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// The error that is asked for.
pub(crate) fn status(error: Error) -> Status {
    let whole = RpcStatus {
        code: error.code,
        message: error.message.unwrap_or_default(),
        details: error.details,
    };
    let details = whole.encode_to_vec().into();
    Status::with_details(Code::from_i32(whole.code), whole.message, details)
}
