//! Typed handlers: what a client is told of a message that is none, and of a field that a handler refuses.

use std::sync::atomic::{AtomicBool, Ordering};

use prost::Message as _;
use spikard::status::{self, ErrorDetails, StatusExt};
use spikard::{
    Code, GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest,
    GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest, GrpcResponse, Server, ServerBuilder,
    Status, grpc_stream,
};
use tonic::Request;

use crate::support::{Running, codec, framed, path, raw_call, ready};

/// Text that ends beyond the message.
const BROKEN: &[u8] = b"\x0a\xff";

/// Whether a handler has run.
static RAN: AtomicBool = AtomicBool::new(false);

#[grpc_stream(service = "test.Typed")]
async fn join(request: GrpcClientStreamRequest<String>) -> Result<GrpcResponse<String>, Status> {
    RAN.store(true, Ordering::SeqCst);
    Ok(GrpcResponse::from(request.messages.concat()))
}

#[grpc_stream(service = "test.Typed")]
async fn check(request: GrpcClientStreamRequest<String>) -> Result<GrpcResponse<String>, Status> {
    for (index, name) in request.messages.iter().enumerate() {
        if name.is_empty() {
            let field = format!("messages[{index}]");
            return Err(status::invalid(field, "must not be empty"));
        }
    }
    Ok(GrpcResponse::from(request.messages.concat()))
}

#[grpc_stream(service = "test.Typed")]
async fn convert(
    request: GrpcBidiStreamRequest<String>,
) -> Result<GrpcBidiStreamResponse<String>, Status> {
    RAN.store(true, Ordering::SeqCst);
    Ok(GrpcBidiStreamResponse::from(request.messages))
}

#[grpc_stream(service = "test.Typed")]
async fn each(request: GrpcDuplexRequest<String>) -> Result<GrpcDuplexResponse<String>, Status> {
    Ok(GrpcDuplexResponse::from(request.messages))
}

#[grpc_stream(service = "test.Typed", undecodable_as_invalid_argument = true)]
async fn invalid(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    Ok(GrpcResponse::from(request.payload))
}

#[grpc_stream(service = "test.Typed", undecodable_as_invalid_argument = false)]
async fn internal(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    Ok(GrpcResponse::from(request.payload))
}

/// Several fields, and other details.
#[grpc_stream(service = "test.Typed")]
async fn refuse(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    if request.payload == "fields" {
        return Err(status::invalid_fields([
            ("name", "must not be empty"),
            ("value", "must be positive"),
        ]));
    }
    let mut details = ErrorDetails::new();
    details
        .set_error_info("OUT_OF_STOCK", "shop.example.com", [])
        .add_precondition_failure_violation("STOCK", "tea", "there is none");
    Err(Status::with_error_details(
        Code::FailedPrecondition,
        "there is no tea",
        details,
    ))
}

fn server() -> ServerBuilder {
    Server::builder()
        .add(Join)
        .add(Convert)
        .add(Each)
        .add(Invalid)
        .add(Internal)
        .add(Refuse)
}

/// The status of a call with these messages, which are sent as they are.
async fn failed(running: &Running, path: &str, messages: &[&[u8]]) -> Status {
    let messages = messages.iter().map(|message| framed(false, message));
    let body = messages.collect::<Vec<_>>().concat();
    raw_call(running.addr, path, &[], body.into()).await
}

/// The fields that a status names, and what is wrong with each.
fn fields(status: &Status) -> Vec<(String, String)> {
    let details = status.get_details_bad_request().unwrap();
    let violations = details.field_violations.into_iter();
    violations.map(|one| (one.field, one.description)).collect()
}

#[tokio::test]
async fn a_message_of_ten_thousand_is_named() {
    let running = Running::start(server()).await;
    let mut messages = vec![&b"\x0a\x03tea"[..]; 10_000];
    messages[7321] = BROKEN;
    for path in ["/test.Typed/Join", "/test.Typed/Convert"] {
        let status = failed(&running, path, &messages).await;
        assert_eq!(status.code(), Code::Internal);
        let text = "message 7321 of the stream is not a valid String: ";
        assert!(status.message().starts_with(text), "{status}");
        let description = status.message().strip_prefix("message 7321 of the stream ");
        let description = description.unwrap().to_owned();
        assert_eq!(
            fields(&status),
            [(String::from("messages[7321]"), description)]
        );
    }
    assert!(!RAN.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_message_alone_is_the_payload() {
    let running = Running::start(server()).await;
    let status = failed(&running, "/test.Typed/Invalid", &[BROKEN]).await;
    let text = "the message is not a valid String: ";
    assert!(status.message().starts_with(text), "{status}");
    assert_eq!(fields(&status)[0].0, "payload");
}

#[tokio::test]
async fn a_message_of_a_stream_that_is_not_buffered_is_named() {
    let running = Running::start(server()).await;
    let mut client = running.client().await;
    // Numbers, where texts are expected.
    let numbers = Request::new(tokio_stream::iter([1u64]));
    let called = ready(&mut client).await.streaming::<_, u64, String, _>(
        numbers,
        path("/test.Typed/Each"),
        codec(),
    );
    let mut answered = called.await.unwrap().into_inner();
    let status = answered.message().await.unwrap_err();
    assert_eq!(status.code(), Code::Internal, "{status}");
    assert_eq!(fields(&status)[0].0, "messages[0]");
}

#[tokio::test]
async fn the_code_is_a_setting_of_the_server_and_of_a_method() {
    for (of_server, expected) in [
        (
            None,
            [Code::Internal, Code::InvalidArgument, Code::Internal],
        ),
        (
            Some(true),
            [Code::InvalidArgument, Code::InvalidArgument, Code::Internal],
        ),
        (
            Some(false),
            [Code::Internal, Code::InvalidArgument, Code::Internal],
        ),
    ] {
        let builder = match of_server {
            Some(invalid) => server().undecodable_as_invalid_argument(invalid),
            None => server(),
        };
        let running = Running::start(builder).await;
        let paths = [
            "/test.Typed/Refuse",
            "/test.Typed/Invalid",
            "/test.Typed/Internal",
        ];
        for (path, code) in paths.into_iter().zip(expected) {
            let status = failed(&running, path, &[BROKEN]).await;
            assert_eq!(status.code(), code, "{of_server:?} {path} {status}");
            // What is in the details is the same status.
            let details = tonic_types::Status::decode(status.details()).unwrap();
            assert_eq!(details.code, i32::from(code));
        }
    }
}

#[tokio::test]
async fn a_handler_refuses_fields_and_gives_other_details() {
    let running = Running::start(server()).await;
    let status = failed(&running, "/test.Typed/Refuse", &[b"\x0a\x06fields"]).await;
    assert_eq!(status.code(), Code::InvalidArgument);
    let text = "name: must not be empty; value: must be positive";
    assert_eq!(status.message(), text);
    let [(name, _), (value, _)] = &fields(&status)[..] else {
        panic!("{status:?}");
    };
    assert_eq!((name.as_str(), value.as_str()), ("name", "value"));
    let status = failed(&running, "/test.Typed/Refuse", &[b"\x0a\x03tea"]).await;
    assert_eq!(status.code(), Code::FailedPrecondition);
    assert_eq!(
        status.get_details_error_info().unwrap().reason,
        "OUT_OF_STOCK"
    );
    let failure = status.get_details_precondition_failure().unwrap();
    assert_eq!(failure.violations[0].subject, "tea");
}

#[tokio::test]
async fn a_field_of_a_message_of_ten_thousand_is_named() {
    let running = Running::start(Server::builder().add(Check)).await;
    let mut messages = vec![&b"\x0a\x03tea"[..]; 10_000];
    messages[7321] = b"";
    let status = failed(&running, "/test.Typed/Check", &messages).await;
    assert_eq!(status.code(), Code::InvalidArgument);
    let text = "messages[7321]: must not be empty";
    assert_eq!(status.message(), text);
    assert_eq!(fields(&status)[0].0, "messages[7321]");
}
