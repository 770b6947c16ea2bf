//! What a call inside the process carries: the head of its request, and its response.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, TE};
use http::response::Parts;
use http::{HeaderMap, HeaderValue, Method, Request};
use tonic::body::Body;
use tonic::metadata::MetadataMap;

use crate::call::{Arrival, HalfClose};
use crate::{Status, wire};

/// The response to a call.
pub(super) struct Answered {
    pub(super) status: Status,
    pub(super) messages: Vec<Bytes>,
    pub(super) metadata: MetadataMap,
    pub(super) trailers: MetadataMap,
}

/// What comes before the messages of a request.
pub(super) struct Head {
    pub(super) path: http::uri::PathAndQuery,
    pub(super) metadata: MetadataMap,
    pub(super) timeout: Option<Duration>,
}

impl Head {
    pub(super) fn request(self, body: Body) -> Request<Body> {
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.path.into();
        *request.headers_mut() = wire::sent(self.metadata).0;
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert(TE, HeaderValue::from_static("trailers"));
        if let Some(timeout) = self.timeout {
            headers.insert("grpc-timeout", grpc_timeout(timeout));
        }
        request.extensions_mut().insert(Arrival {
            connection: Arc::default(),
            at: Instant::now(),
            // Nothing can break off a body in the process: it ends with the half-close, or the call with it.
            half_close: HalfClose::Verified,
        });
        request
    }
}

/// The status of a response, in its trailers or, without a body, in its headers.
pub(super) fn status_of(parts: &Parts, trailers: Option<&HeaderMap>) -> Status {
    let status = trailers.and_then(Status::from_header_map);
    let in_headers = || Status::from_header_map(&parts.headers);
    let missing = || Status::internal(format!("HTTP {} without a status", parts.status));
    status.or_else(in_headers).unwrap_or_else(missing)
}

impl Answered {
    pub(super) fn failed(status: Status, headers: HeaderMap) -> Self {
        Self {
            status,
            messages: Vec::new(),
            metadata: wire::received(headers),
            trailers: MetadataMap::new(),
        }
    }
}

/// The value of `grpc-timeout`, in the finest unit that needs at most 8 digits.
fn grpc_timeout(timeout: Duration) -> HeaderValue {
    const MOST: u128 = 99_999_999;
    let units = [
        (timeout.as_nanos(), 'n'),
        (timeout.as_micros(), 'u'),
        (timeout.as_millis(), 'm'),
        (u128::from(timeout.as_secs()), 'S'),
    ];
    let fits = units.iter().find(|(count, _)| *count <= MOST);
    let (count, unit) = fits.copied().unwrap_or((MOST, 'S'));
    HeaderValue::try_from(format!("{count}{unit}"))
        .unwrap_or_else(|_| HeaderValue::from_static("99999999S"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_has_at_most_eight_digits() {
        for (timeout, text) in [
            (Duration::from_nanos(1), "1n"),
            (Duration::from_millis(250), "250000u"),
            (Duration::from_secs(5), "5000000u"),
            (Duration::from_secs(3600), "3600000m"),
            (Duration::from_secs(1_000_000), "1000000S"),
            (Duration::MAX, "99999999S"),
        ] {
            assert_eq!(grpc_timeout(timeout), text, "{timeout:?}");
        }
    }
}
