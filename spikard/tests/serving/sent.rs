//! What is sent beside messages is bounded: a client would throw away more, and with it the status.

use spikard::{
    Bytes, Code, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest, GrpcResponse,
    GrpcServerStreamResponse, Limits, Messages, MetadataMap, Server, Status, grpc_stream,
};
use tonic::codec::Streaming;
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::support::{self, Running, codec, framed, path, raw_response, unary};

pub(crate) const LARGE: usize = 20_000;
/// gRPC's suggestion for a list of headers, and the limit by default.
pub(crate) const LIMIT: usize = 8192;

/// A status that is too large, as the request names it.
pub(crate) fn large(part: &str) -> Status {
    let text = "no such record";
    match part {
        "text" => Status::not_found("ä".repeat(LARGE)),
        "details" => {
            let details = ErrorDetails::with_error_info("a".repeat(LARGE), "records", []);
            let mut status = Status::with_error_details(Code::NotFound, text, details);
            status
                .metadata_mut()
                .insert("x-kept", "yes".parse().unwrap());
            status
        }
        _ => {
            let mut status = Status::not_found(text);
            *status.metadata_mut() = metadata(LARGE);
            status
        }
    }
}

pub(crate) fn metadata(size: usize) -> MetadataMap {
    let mut metadata = MetadataMap::new();
    metadata.insert("x-kept", "yes".parse().unwrap());
    metadata.insert("x-large", "v".repeat(size).parse().unwrap());
    metadata
}

#[grpc_stream(service = "test.Sent")]
pub(crate) async fn fail(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    Err(large(&request.payload))
}

#[grpc_stream(service = "test.Sent")]
async fn fail_late(request: GrpcRequest<String>) -> Result<GrpcDuplexResponse<String>, Status> {
    let status = large(&request.payload);
    let messages = tokio_stream::iter([Ok(String::from("one")), Err(status)]);
    let mut tail = MetadataMap::new();
    tail.insert("x-tail", "yes".parse().unwrap());
    let messages = Messages::new(messages).with_trailers(|| tail);
    Ok(GrpcDuplexResponse::from(messages))
}

#[grpc_stream(service = "test.Sent")]
async fn fail_in_duplex(
    mut request: GrpcDuplexRequest<String>,
) -> Result<GrpcDuplexResponse<String>, Status> {
    let part = request.messages.message().await?.unwrap_or_default();
    Err(large(&part))
}

/// The status of a call of a method, whatever its kind.
pub(crate) async fn status_of(running: &Running, method: &'static str, part: &str) -> Status {
    let mut client = running.client().await;
    let request = tonic::Request::new(tokio_stream::iter([String::from(part)]));
    let answer = support::ready(&mut client)
        .await
        .streaming(request, path(method), codec())
        .await;
    let mut messages: Streaming<String> = match answer {
        Ok(response) => response.into_inner(),
        Err(status) => return status,
    };
    loop {
        match messages.message().await {
            Ok(Some(message)) => assert_eq!(message, "one"),
            Ok(None) => panic!("{method} has not failed"),
            Err(status) => return status,
        }
    }
}

#[tokio::test]
async fn a_failure_keeps_its_code_and_loses_what_does_not_fit() {
    let builder = Server::builder().add(Fail).add(FailLate).add(FailInDuplex);
    let running = Running::start(builder).await;
    for method in [
        "/test.Sent/Fail",
        "/test.Sent/FailLate",
        "/test.Sent/FailInDuplex",
    ] {
        for part in ["text", "details", "metadata"] {
            let status = status_of(&running, method, part).await;
            assert_eq!(status.code(), Code::NotFound, "{method}, {part}: {status}");
            let mut headers = http::HeaderMap::new();
            status.add_header(&mut headers).unwrap();
            let size: usize = headers
                .iter()
                .map(|(name, value)| name.as_str().len() + value.len() + 32)
                .sum();
            assert!(size < LIMIT - 300, "{method}, {part}: {size} bytes");
            if method == "/test.Sent/FailLate" {
                assert_eq!(status.metadata().get("x-tail").unwrap(), "yes", "{part}");
            }
            if part == "text" {
                assert!(status.message().ends_with("ä… (40000 bytes)"), "{status}");
                // As much as there is room for: six bytes a letter.
                assert!(
                    status.message().len() > 2000,
                    "{} bytes",
                    status.message().len()
                );
            } else {
                assert_eq!(status.message(), "no such record", "{method}, {part}");
                assert!(status.details().is_empty());
                assert_eq!(status.metadata().get("x-kept").unwrap(), "yes");
                assert!(status.metadata().get("x-large").is_none());
            }
        }
    }
}

#[grpc_stream(service = "test.Sent")]
async fn answer(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    let mut response = GrpcResponse::from(String::new());
    if request.payload == "trailers" {
        response.trailers = metadata(LARGE);
    } else {
        response.metadata = metadata(LARGE);
    }
    Ok(response)
}

#[grpc_stream(service = "test.Sent")]
async fn answer_with_a_list(
    _: GrpcRequest<String>,
) -> Result<GrpcServerStreamResponse<String>, Status> {
    let mut response = GrpcServerStreamResponse::from(vec![String::from("one")]);
    response.trailers = metadata(LARGE);
    Ok(response)
}

#[grpc_stream(service = "test.Sent")]
async fn answer_late(_: GrpcRequest<String>) -> Result<GrpcDuplexResponse<String>, Status> {
    let messages = Messages::from(vec![String::from("one")]);
    let messages = messages.with_trailers(|| metadata(LIMIT / 2));
    let mut response = GrpcDuplexResponse::from(messages);
    response.trailers = metadata(LIMIT / 2);
    Ok(response)
}

/// A client that missed some of it could not tell, so it gets none of it.
#[tokio::test]
async fn a_success_with_too_much_metadata_is_internal() {
    let builder = Server::builder()
        .add(Answer)
        .add(AnswerWithAList)
        .add(AnswerLate);
    let running = Running::start(builder).await;
    for (method, part) in [
        ("/test.Sent/Answer", "initial metadata"),
        ("/test.Sent/Answer", "trailers"),
        ("/test.Sent/AnswerWithAList", "trailers"),
        ("/test.Sent/AnswerLate", "trailers"),
    ] {
        let status = status_of(&running, method, part).await;
        assert_eq!(status.code(), Code::Internal, "{method}, {part}: {status}");
        let text = status.message();
        assert!(text.contains(&format!("bytes of {part}")), "{text}");
        assert!(text.contains("max_sent_metadata_bytes = 8192"), "{text}");
    }
}

#[tokio::test]
async fn the_limit_can_be_raised() {
    let limits = Limits {
        max_sent_metadata_bytes: 64 << 10,
        ..Limits::default()
    };
    let builder = Server::builder().add(Fail).add(Answer).limits(limits);
    let running = Running::start(builder).await;
    let body = framed(false, b"\x0a\x08metadata");
    for method in ["/test.Sent/Fail", "/test.Sent/Answer"] {
        let headers = raw_response(running.addr, method, &[], body.clone()).await;
        let large = headers.headers().get("x-large").unwrap();
        assert_eq!(large.len(), LARGE, "{method}");
    }
}

/// Of what a client sent, a refusal repeats the beginning.
#[tokio::test]
async fn refusals_do_not_grow_with_what_is_refused() {
    let running = Running::start(Server::builder().add(Fail)).await;
    let long: &'static str = Box::leak("z".repeat(LARGE).into_boxed_str());
    let missing = format!("/test.Sent/{long}");
    for (path, headers) in [
        (missing.as_str(), [("x-a", "b")]),
        ("/test.Sent/Fail", [("grpc-timeout", long)]),
        ("/test.Sent/Fail", [("grpc-encoding", long)]),
    ] {
        let response = raw_response(running.addr, path, &headers, Bytes::new()).await;
        let status = Status::from_header_map(response.headers()).unwrap();
        assert!(status.message().len() < 400, "{status}");
        assert!(status.message().contains("zzz… (20"), "{status}");
    }
}

#[grpc_stream(service = "test.Sent")]
async fn spaces(_: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    let mut response = GrpcResponse::from(String::new());
    response.metadata.insert("x-user", " ann ".parse().unwrap());
    response.trailers.insert("x-end", "\tz".parse().unwrap());
    Ok(response)
}

/// HTTP/2 forbids it, and gRPC allows a sender to strip it.
#[tokio::test]
async fn white_space_around_a_value_is_not_sent() {
    let running = Running::start(Server::builder().add(Spaces)).await;
    let mut client = running.client().await;
    let request = tonic::Request::new(String::new());
    let response = unary::<_, String>(&mut client, "/test.Sent/Spaces", request)
        .await
        .unwrap();
    assert_eq!(response.metadata().get("x-user").unwrap(), "ann");
    assert_eq!(response.metadata().get("x-end").unwrap(), "z");
}
