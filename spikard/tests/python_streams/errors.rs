//! What is raised in the middle of a stream.

use spikard::{Code, Limits, Server};

use crate::client::{Streams, all, server_stream, start};
use crate::python_support::interpreter;
use crate::support::Running;

#[tokio::test]
async fn an_error_ends_the_stream_after_the_messages_before_it() {
    let (_running, mut client) = start().await;
    let cases = [
        (
            "ValueError",
            Code::InvalidArgument,
            "the text of ValueError",
        ),
        (
            "PermissionError",
            Code::PermissionDenied,
            "the text of PermissionError",
        ),
        ("RuntimeError", Code::Internal, "the text of RuntimeError"),
        ("KeyError", Code::Internal, "KeyError"),
        ("SystemExit", Code::Internal, "SystemExit"),
        ("KeyboardInterrupt", Code::Internal, "KeyboardInterrupt"),
        ("GeneratorExit", Code::Internal, "GeneratorExit"),
        ("CancelledError", Code::Cancelled, "CancelledError"),
        ("GrpcError", Code::OutOfRange, "seven: 100 % zu groß"),
    ];
    for (name, code, text) in cases {
        let answer = server_stream(&mut client, "/test.Streams/Raising", "", name).await;
        let (found, status) = all(&mut answer.unwrap().into_inner()).await;
        assert_eq!(found, ["one", "two"], "{name}");
        let status = status.unwrap();
        assert_eq!((status.code(), status.message()), (code, text), "{name}");
        assert_eq!(status.metadata().get("x-tail").unwrap(), "set", "{name}");
        if name == "GrpcError" {
            assert_eq!(status.details(), b"\x08\x0b");
            assert_eq!(status.metadata().get("x-record").unwrap(), "7");
        }
    }
}

#[tokio::test]
async fn an_error_before_the_first_message_is_the_whole_answer() {
    let (_running, mut client) = start().await;
    let refused = server_stream(&mut client, "/test.Streams/RaisingAtOnce", "", "GrpcError").await;
    let status = refused.unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (Code::OutOfRange, "seven: 100 % zu groß")
    );
    assert_eq!(status.details(), b"\x08\x0b");
}

#[tokio::test]
async fn a_message_over_the_limit_ends_the_stream_after_the_messages_before_it() {
    interpreter();
    let limits = Limits {
        max_sent_message_bytes: 5,
        ..Limits::default()
    };
    let running = Running::start(Server::builder().add(Streams).limits(limits)).await;
    let mut client = running.client().await;
    let answer = server_stream(&mut client, "/test.Streams/Growing", "", "").await;
    let (found, status) = all(&mut answer.unwrap().into_inner()).await;
    assert_eq!(found, ["", "x", "xx", "xxx", "xxxx", "xxxxx"]);
    let status = status.unwrap();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.message().contains("message 6 "), "{status}");
}
