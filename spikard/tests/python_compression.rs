//! Compressed messages that go to Python handlers and come from them.
#![allow(missing_docs)]

mod python_support;

use std::io::{Read, Write};

use bytes::{Buf, Bytes};
use flate2::Compression as Level;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::Request;
use http_body_util::{BodyExt, Full};
use python_support::{Bidi, One, interpreter};
use spikard::__private::{Body, Service};
use spikard::python::call_python;
use spikard::{Compression, GrpcBidiStreamRequest, GrpcRequest, Routes, grpc_stream};

struct Compressed;

#[grpc_stream(service = "test.Compressed")]
impl Compressed {
    #[grpc(python = "compressed:stream")]
    async fn stream(&self, request: GrpcBidiStreamRequest) -> Bidi;

    #[grpc(python = "compressed:unary")]
    async fn unary(&self, request: GrpcRequest) -> One;
}

/// Sends messages of which those with `true` are compressed; answers with what came back, likewise.
async fn post(method: &str, messages: &[(bool, &[u8])]) -> Vec<(bool, Vec<u8>)> {
    interpreter();
    // The server's default, against the wish of a response.
    let routes = Routes::new()
        .add(Compressed)
        .compression(Compression::Deflate);
    let body: Vec<u8> = messages.iter().flat_map(frame).collect();
    let request = Request::post(format!("/test.Compressed/{method}"))
        .header("content-type", "application/grpc")
        .header("grpc-encoding", "gzip")
        .header("grpc-accept-encoding", "gzip,deflate")
        .body(Body::new(Full::new(Bytes::from(body))))
        .unwrap();
    let mut service = routes.into_service().unwrap();
    let response = Service::call(&mut service, request).await.unwrap();
    let body = response.into_body().collect().await.unwrap();
    answers(body.to_bytes())
}

fn frame((compressed, message): &(bool, &[u8])) -> Vec<u8> {
    let payload = if *compressed {
        let mut encoder = GzEncoder::new(Vec::new(), Level::default());
        encoder.write_all(message).unwrap();
        encoder.finish().unwrap()
    } else {
        message.to_vec()
    };
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&[u8::from(*compressed)][..], &length, &payload].concat()
}

fn answers(mut body: Bytes) -> Vec<(bool, Vec<u8>)> {
    let mut answers = Vec::new();
    while !body.is_empty() {
        let compressed = body.get_u8() == 1;
        let length = body.get_u32() as usize;
        let payload = body.split_to(length);
        let mut message = Vec::new();
        if compressed {
            let mut decoder = GzDecoder::new(&payload[..]);
            decoder.read_to_end(&mut message).unwrap();
        } else {
            message.extend_from_slice(&payload);
        }
        answers.push((compressed, message));
    }
    answers
}

#[tokio::test]
async fn each_message_of_a_list() {
    let found = post(
        "Stream",
        &[(false, b"0"), (true, b"1"), (true, b"2"), (false, b"3")],
    )
    .await;
    let expected = [
        (false, "False"),
        (true, "True"),
        (false, "True"),
        (true, "False"),
    ];
    let expected = expected.map(|(flag, text)| (flag, text.repeat(1000).into_bytes()));
    assert_eq!(found, expected);
}

#[tokio::test]
async fn one_message() {
    let long = b"a".repeat(1000);
    for compressed in [true, false] {
        let found = post("Unary", &[(compressed, b"a")]).await;
        assert_eq!(found, [(compressed, long.clone())]);
    }
}

#[tokio::test]
async fn called_as_a_function_the_response_says_what_python_said() {
    interpreter();
    let response: One = call_python("compressed:unary", GrpcRequest::default()).await;
    assert_eq!(response.unwrap().compression, Some(Compression::Identity));
    let response: Bidi = call_python("compressed:stream", GrpcBidiStreamRequest::default()).await;
    let response = response.unwrap();
    assert_eq!(response.compression, Some(Compression::Gzip));
    assert_eq!(response.uncompressed, [2, 0]);
}
