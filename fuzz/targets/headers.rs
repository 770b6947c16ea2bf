//! `grpc-timeout` and metadata of a request, `-bin` values among it.

#![no_main]

use arbitrary::Arbitrary;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_fuzz::{Encoding, call, framed, messages};

#[derive(Arbitrary, Debug)]
struct Input {
    timeout: Option<Vec<u8>>,
    binary: Vec<u8>,
    others: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Answers with the value of `x-fuzz-bin`, and sends what it received back.
#[grpc_stream(service = "fuzz.Headers")]
async fn read(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    let value = request.metadata.get_bin("x-fuzz-bin");
    let value = value.and_then(|value| value.to_bytes().ok());
    Ok(GrpcResponse {
        metadata: request.metadata.clone(),
        ..GrpcResponse::from(value.unwrap_or_default())
    })
}

/// The specification's timeout: 1 to 8 digits and a unit.
fn is_timeout(value: &[u8]) -> bool {
    match value.split_last() {
        Some((unit, digits)) => {
            b"HMSmun".contains(unit)
                && (1..=8).contains(&digits.len())
                && digits.iter().all(u8::is_ascii_digit)
        }
        None => false,
    }
}

fuzz_target!(|input: Input| {
    let mut headers = Vec::new();
    let mut timeout = None;
    for (name, value) in [
        ("grpc-timeout", &input.timeout),
        ("x-fuzz-bin", &Some(input.binary)),
    ] {
        if let Some(Ok(value)) = value.as_deref().map(HeaderValue::from_bytes) {
            if name == "grpc-timeout" {
                timeout = Some(is_timeout(value.as_bytes()));
            }
            headers.push((HeaderName::from_static(name), value));
        }
    }
    for (name, value) in &input.others {
        let header = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value));
        // Prefixed: what gRPC itself reads has targets of its own.
        if let (Ok(name), Ok(value)) = header {
            let name = HeaderName::from_bytes(format!("x-{name}").as_bytes());
            headers.extend(name.map(|name| (name, value)));
        }
    }
    let binary = headers.iter().find(|(name, _)| name == "x-fuzz-bin");
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let binary =
        binary.and_then(|(_, value)| GeneralPurpose::new(&STANDARD, config).decode(value).ok());

    let body = Bytes::from(framed(false, b""));
    let answer = call(
        |routes| routes.add(Read),
        "/fuzz.Headers/Read",
        headers,
        [body],
    );
    let received = messages(&answer.body, Encoding::Unnamed).unwrap_or_default();
    if timeout == Some(false) {
        assert_ne!(answer.code(), 0, "a timeout that is none");
        assert!(received.is_empty());
    } else if answer.code() == 0 {
        if let Some(binary) = binary {
            // A value with commas is a list, and one that is not base64 is nothing.
            assert!(received == [binary], "{received:?}");
        }
    } else {
        // DEADLINE_EXCEEDED: a nanosecond is soon over.
        assert_eq!(
            (timeout, answer.code()),
            (Some(true), 4),
            "{:?}",
            answer.trailers
        );
    }
});
