//! Compressed messages in both directions, and what a bomb gets.

use std::io::{Read, Write};

use crate::support::{Running, codec, framed, path, raw_body, raw_call, ready, unary};
use prost::Message as _;
use spikard::{
    Code, Compression, GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcDuplexRequest,
    GrpcDuplexResponse, GrpcRequest, GrpcResponse, Limits, Messages, Server, Status, grpc_stream,
};
use tonic::codec::CompressionEncoding;

#[grpc_stream(service = "test.Compressed")]
async fn echo(
    request: GrpcBidiStreamRequest<String>,
) -> Result<GrpcBidiStreamResponse<String>, Status> {
    Ok(GrpcBidiStreamResponse::from(request.messages))
}

#[grpc_stream(service = "test.Compressed")]
async fn plainly(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    Ok(GrpcResponse {
        compression: Some(Compression::Identity),
        ..GrpcResponse::from(request.payload)
    })
}

const ENCODINGS: [(CompressionEncoding, Compression); 3] = [
    (CompressionEncoding::Gzip, Compression::Gzip),
    (CompressionEncoding::Deflate, Compression::Deflate),
    (CompressionEncoding::Zstd, Compression::Zstd),
];

#[tokio::test]
async fn each_encoding_there_and_back() {
    for (encoding, compression) in ENCODINGS {
        let builder = Server::builder().add(Echo).compression(compression);
        let running = Running::start(builder).await;
        let mut client = running
            .client()
            .await
            .send_compressed(encoding)
            .accept_compressed(encoding);
        let sent = vec!["zero".repeat(1000), String::new(), "one".repeat(50_000)];
        let request = tonic::Request::new(tokio_stream::iter(sent.clone()));
        let response = ready(&mut client)
            .await
            .streaming::<_, String, String, _>(request, path("/test.Compressed/Echo"), codec())
            .await
            .unwrap();
        let named = response.metadata().get("grpc-encoding").cloned();
        assert_eq!(named.unwrap(), compression.name());
        let mut stream = response.into_inner();
        for expected in sent {
            assert_eq!(
                stream.message().await.unwrap(),
                Some(expected),
                "{encoding}"
            );
        }
    }
}

#[grpc_stream(service = "test.Compressed")]
async fn which(
    request: GrpcBidiStreamRequest<String>,
) -> Result<GrpcBidiStreamResponse<String>, Status> {
    let messages = 0..request.messages.len();
    let answers = messages.map(|index| request.call.was_compressed(index).to_string().repeat(1000));
    Ok(GrpcBidiStreamResponse {
        messages: answers.collect(),
        uncompressed: vec![2, 0],
        ..Default::default()
    })
}

#[grpc_stream(service = "test.Compressed")]
async fn streamed(
    request: GrpcDuplexRequest<String>,
) -> Result<GrpcDuplexResponse<String>, Status> {
    Ok(GrpcDuplexResponse {
        uncompressed: vec![2, 0],
        ..GrpcDuplexResponse::from(request.messages)
    })
}

/// Sends four messages of which the second and the last are compressed; answers with the flag and the
/// text of each that comes back.
async fn four_messages(method: &str) -> Vec<(u8, String)> {
    let builder = Server::builder().add(Which).add(Streamed);
    let running = Running::start(builder.compression(Compression::Gzip)).await;
    let message = prost::Message::encode_to_vec(&"x".repeat(1000));
    let frame = |flag: u8, payload: &[u8]| {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&[flag][..], &length, payload].concat()
    };
    let (plain, squeezed) = (frame(0, &message), frame(1, &gzip(&message)));
    let body = [&plain[..], &squeezed, &plain, &squeezed].concat();
    let head = [("grpc-encoding", "gzip"), ("grpc-accept-encoding", "gzip")];
    let mut rest = raw_body(running.addr, method, &head, body.into()).await;
    let mut answers = Vec::new();
    while let [flag, a, b, c, d, ..] = *rest {
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        let payload = rest.split_to(5 + length).split_off(5);
        let payload = match flag {
            0 => payload.to_vec(),
            _ => {
                let mut inflated = Vec::new();
                let mut decoder = flate2::read::GzDecoder::new(&payload[..]);
                decoder.read_to_end(&mut inflated).unwrap();
                inflated
            }
        };
        let text = <String as prost::Message>::decode(&payload[..]).unwrap();
        answers.push((flag, text));
    }
    answers
}

#[tokio::test]
async fn each_message_is_compressed_or_not_both_ways() {
    let answers = four_messages("/test.Compressed/Which").await;
    let answers: Vec<_> = answers
        .iter()
        .map(|(flag, text)| (*flag, text.starts_with("true")))
        .collect();
    assert_eq!(answers, [(0, false), (1, true), (0, false), (1, true)]);
}

#[tokio::test]
async fn a_stream_has_exceptions_too() {
    let answers = four_messages("/test.Compressed/Streamed").await;
    let expected = [0, 1, 0, 1].map(|flag| (flag, "x".repeat(1000)));
    assert_eq!(answers, expected);
}

#[tokio::test]
async fn nothing_is_compressed_for_a_client_that_does_not_accept_it_or_against_a_response() {
    let builder = Server::builder()
        .add(Echo)
        .add(Plainly)
        .compression(Compression::Gzip);
    let running = Running::start(builder).await;
    let mut client = running.client().await;
    let request = tonic::Request::new(tokio_stream::iter([String::from("a")]));
    let response = ready(&mut client)
        .await
        .streaming::<_, String, String, _>(request, path("/test.Compressed/Echo"), codec())
        .await
        .unwrap();
    assert_eq!(response.metadata().get("grpc-encoding"), None);

    let mut client = client.accept_compressed(CompressionEncoding::Gzip);
    let request = tonic::Request::new("b".repeat(10_000));
    let response = unary::<_, String>(&mut client, "/test.Compressed/Plainly", request).await;
    assert_eq!(response.unwrap().metadata().get("grpc-encoding"), None);
}

/// Sends one message as it stands, and answers with the code and the text of the status.
async fn send(limits: Limits, encoding: &'static str, message: Vec<u8>) -> (Code, String) {
    let running = Running::start(Server::builder().add(Echo).limits(limits)).await;
    let mut frame = vec![1];
    frame.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    frame.extend(message);
    let head = [("grpc-encoding", encoding)];
    let status = raw_call(running.addr, "/test.Compressed/Echo", &head, frame.into()).await;
    (status.code(), status.message().to_owned())
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn limits_count_what_comes_out() {
    let bomb = gzip(&vec![0; 100 << 20]);
    assert!(bomb.len() < 200_000);
    let (code, text) = send(Limits::default(), "gzip", bomb.clone()).await;
    assert_eq!(code, Code::ResourceExhausted);
    assert!(text.contains("max_message_bytes = 4194304"), "{text}");

    let limits = Limits {
        max_stream_bytes: 1000,
        ..Limits::default()
    };
    let (code, text) = send(limits, "gzip", gzip(&[0; 1001])).await;
    assert_eq!(code, Code::ResourceExhausted);
    assert!(text.contains("max_stream_bytes = 1000"), "{text}");
}

#[tokio::test]
async fn what_is_not_what_its_encoding_says_is_refused() {
    let (code, text) = send(Limits::default(), "gzip", b"not gzip".to_vec()).await;
    assert_eq!(code, Code::Internal);
    assert!(
        text.contains("message 0 cannot be decompressed as gzip"),
        "{text}"
    );
    let (code, text) = send(Limits::default(), "identity", b"plain".to_vec()).await;
    assert_eq!(code, Code::Internal);
    assert!(text.contains("names no grpc-encoding"), "{text}");
    let (code, text) = send(Limits::default(), "snappy", b"plain".to_vec()).await;
    assert_eq!(code, Code::Unimplemented);
    assert!(text.contains("snappy"), "{text}");
}

#[grpc_stream(service = "test.Compressed", accept_compression = false)]
async fn plain_only(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    Ok(GrpcResponse::from(request.payload))
}

#[grpc_stream(service = "test.Compressed", accept_compression = true)]
async fn whatever(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    Ok(GrpcResponse::from(request.payload))
}

#[tokio::test]
async fn compressed_requests_can_be_refused() {
    for (of_server, method, accepts) in [
        (true, "/test.Compressed/Plainly", true),
        (true, "/test.Compressed/PlainOnly", false),
        (false, "/test.Compressed/Plainly", false),
        (false, "/test.Compressed/Whatever", true),
    ] {
        let builder = Server::builder().add(Plainly).add(PlainOnly).add(Whatever);
        let running = Running::start(builder.accept_compression(of_server)).await;
        let mut plain = running.client().await;
        let request = tonic::Request::new("a".repeat(1000));
        let answer = unary::<_, String>(&mut plain, method, request).await;
        assert_eq!(answer.unwrap().into_inner(), "a".repeat(1000), "{method}");
        let mut client = plain.send_compressed(CompressionEncoding::Gzip);
        let request = tonic::Request::new("a".repeat(1000));
        let answer = unary::<_, String>(&mut client, method, request).await;
        let Err(status) = answer else {
            assert!(accepts, "{method}");
            continue;
        };
        assert!(!accepts, "{method}: {status}");
        assert_eq!(status.code(), Code::Unimplemented);
        assert!(
            status
                .message()
                .contains("accept_compression is off: send one of \"identity\"")
        );
        let accepted = status.metadata().get("grpc-accept-encoding");
        assert_eq!(accepted.unwrap(), "identity");
    }
}

#[grpc_stream(service = "test.Compressed")]
async fn add_up(mut request: GrpcDuplexRequest) -> Result<GrpcDuplexResponse<u64>, Status> {
    let mut bytes = 0;
    while let Some(message) = request.messages.message().await? {
        bytes += message.len() as u64;
    }
    Ok(GrpcDuplexResponse::from(Messages::from(vec![bytes])))
}

/// The messages of a stream that is not buffered are decompressed as they are taken, however many of them
/// are in one chunk.
#[tokio::test]
async fn one_chunk_of_bombs_does_not_fill_the_buffer() {
    const SIZE: usize = 4 << 20;
    const COUNT: usize = 50;
    let builder = Server::builder().add(AddUp);
    let running = Running::start(builder.max_buffered_bytes(2 * SIZE)).await;
    let bomb = zstd::encode_all(&vec![0; SIZE][..], 0).unwrap();
    let body = framed(true, &bomb).repeat(COUNT);
    assert!(body.len() < 16_384, "one DATA frame");
    let headers = [("grpc-encoding", "zstd")];
    let answer = raw_body(
        running.addr,
        "/test.Compressed/AddUp",
        &headers,
        body.into(),
    );
    let sum = u64::decode(&answer.await[5..]).unwrap();
    assert_eq!(sum, (COUNT * SIZE) as u64);
}
