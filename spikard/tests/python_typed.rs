//! Python handlers of messages, behind methods whose Rust signature is raw.
#![allow(missing_docs)]

mod python_support;
#[allow(dead_code, reason = "the tests of the server use the rest of it")]
#[path = "serving/support.rs"]
mod support;

use http::Request;
use http_body_util::Full;
use python_support::{Bidi, One, bidi, bytes, client_stream, interpreter};
use spikard::__private::{Body, Service};
use spikard::python::{call_python, resolve};
use spikard::{
    Bytes, Code, GrpcBidiStreamRequest, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest,
    Messages, Server, Status, grpc_stream,
};
use support::{Running, framed, raw_call};

#[grpc_stream(
    service = "test.Google",
    python = "typed_google:shout",
    max_decoded_bytes = "1MiB"
)]
async fn shout(request: GrpcBidiStreamRequest) -> Bidi;

#[grpc_stream(
    service = "test.Google",
    python = "typed_google:first",
    max_decoded_bytes = "1MiB"
)]
async fn first(request: GrpcRequest) -> One;

/// The text of a `StringValue` again and again: 768 KiB, and 2 MiB once it is decoded, of which all but the last is lost.
fn swelling() -> Bytes {
    framed(false, &b"\x0a\x01a".repeat(256 << 10))
}

#[tokio::test]
async fn what_messages_take_is_bounded_before_they_are_decoded() {
    interpreter();
    let running = Running::start(Server::builder().add(Shout)).await;
    let status = raw_call(running.addr, "/test.Google/Shout", &[], swelling()).await;
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    let text = "over max_decoded_bytes = 1048576";
    assert!(status.message().contains(text), "{status}");
    // Mounted in another server, where nothing has looked for the handler before.
    let request = Request::post("/test.Google/First").header("content-type", "application/grpc");
    let request = request.body(Body::new(Full::new(swelling()))).unwrap();
    let response = First.call(request).await.unwrap();
    let status = Status::from_header_map(response.headers()).unwrap();
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    assert!(status.message().contains(text), "{status}");
}

#[tokio::test]
async fn the_code_for_what_cannot_be_decoded_is_a_setting() {
    interpreter();
    let broken = framed(false, b"\x0a\xff");
    for (of_server, code) in [
        (None, Code::InvalidArgument),
        (Some(true), Code::InvalidArgument),
        (Some(false), Code::Internal),
    ] {
        let builder = Server::builder().add(Shout);
        let running = Running::start(match of_server {
            Some(invalid) => builder.undecodable_as_invalid_argument(invalid),
            None => builder,
        })
        .await;
        let status = raw_call(running.addr, "/test.Google/Shout", &[], broken.clone()).await;
        assert_eq!(status.code(), code, "{status}");
        let text = "message 0 of the stream is not a valid google.protobuf.StringValue";
        assert!(status.message().starts_with(text), "{status}");
    }
}

#[tokio::test]
async fn callables_of_every_form_take_and_give_messages() {
    for (callable, joined) in [
        ("typed:join", "a+b"),
        ("typed:declared", "a+b"),
        ("typed:partial", "a+b!"),
        ("typed:kept.join", "a+b?"),
        ("typed:kept", "a+b"),
        ("typed:unread", "unread"),
    ] {
        let response = client_stream(callable, bytes(&["a", "b"])).await;
        assert_eq!(response.unwrap().payload, joined, "{callable}");
    }
    let response = bidi("typed:shout", bytes(&["a", "b"])).await.unwrap();
    assert_eq!(response.messages, bytes(&["A", "B"]));
}

#[tokio::test]
async fn messages_of_google_come_in_one_parse() {
    let sent = ["a", "", &"b".repeat(300)]
        .map(|text| prost::Message::encode_to_vec(&text.to_owned()).into());
    let response = bidi("typed_google:shout", sent.to_vec()).await.unwrap();
    let shouted = response
        .messages
        .into_iter()
        .map(|one| <String as prost::Message>::decode(one).unwrap());
    assert_eq!(shouted.collect::<Vec<_>>(), ["A", "", &"B".repeat(300)]);
}

#[tokio::test]
async fn messages_come_and_go_as_columns() {
    // More than a piece of a column, which is a mebibyte.
    let texts = ["a", "", &"b".repeat(900 << 10), "c", &"d".repeat(900 << 10)];
    let sent = texts.map(|text| prost::Message::encode_to_vec(&text.to_owned()).into());
    let response = bidi("columnar:shout", sent.to_vec()).await.unwrap();
    let shouted = response
        .messages
        .into_iter()
        .map(|one| <String as prost::Message>::decode(one).unwrap());
    let expected = texts.map(str::to_uppercase);
    assert!(shouted.eq(expected));

    let broken = vec![Bytes::new(), Bytes::from_static(b"\x0a\xff")];
    let status = bidi("columnar:shout", broken).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let text = "message 1 of the stream is not a valid google.protobuf.StringValue: ";
    assert!(status.message().starts_with(text), "{status:?}");
}

#[tokio::test]
async fn streams_are_decoded_message_by_message() {
    interpreter();
    let request = GrpcDuplexRequest {
        messages: Messages::from(bytes(&["a", "b"])),
        ..Default::default()
    };
    let response: Result<GrpcDuplexResponse, Status> = call_python("typed:each", request).await;
    let mut messages = response.unwrap().messages;
    assert_eq!(messages.message().await.unwrap().unwrap(), "A");
    assert_eq!(messages.message().await.unwrap().unwrap(), "B");
    assert!(messages.message().await.unwrap().is_none());
}

#[tokio::test]
async fn what_cannot_be_decoded_is_named() {
    let broken = vec![Bytes::from_static(b"a"), Bytes::from_static(b"\xff")];
    let status = client_stream("typed:join", broken).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let text = "message 1 of the stream is not a valid typed.Word: 'utf-8' codec can't decode";
    assert!(status.message().starts_with(text), "{status:?}");
    assert!(!status.details().is_empty());
}

#[tokio::test]
async fn a_response_of_another_type_is_internal() {
    let status = client_stream("typed:wrong", bytes(&["a"]))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Internal);
}

#[test]
fn annotations_that_name_no_messages_are_found_at_the_start() {
    interpreter();
    for (callable, text) in [
        (
            "typed:no_message",
            "the type argument of its request, dict, is no class of messages",
        ),
        (
            "typed:one_side",
            "its request has messages of typed.Word, and its response has no type argument",
        ),
        (
            "columnar:undeclared",
            "the type argument of its request is pyarrow.Table, which does not tell of what messages: give the decorator",
        ),
        (
            "typed:hidden",
            "the annotation of its request, \"GrpcClientStreamRequest[Hidden]\", cannot be resolved",
        ),
    ] {
        let error = resolve(callable).unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
        assert!(error.contains(callable), "{error}");
    }
}
