//! What a streaming handler yields and returns that cannot be sent, and what the log says of it.

use spikard::python::call_python;
use spikard::{Bytes, Code, GrpcDuplexRequest, GrpcRequest, Messages, Status};

use crate::client::{Answer, said, until_happened};
use crate::python_support::{One, bytes, interpreter, unary};

/// The messages before the end, and the status.
async fn ended(answer: Answer) -> (Vec<Bytes>, Status) {
    let mut response = match answer {
        Ok(response) => response,
        Err(status) => return (Vec::new(), status),
    };
    let mut found = Vec::new();
    loop {
        match response.messages.message().await {
            Ok(message) => found.push(message.unwrap()),
            Err(status) => return (found, status),
        }
    }
}

async fn with_payload(callable: &'static str, payload: &'static str) -> (Vec<Bytes>, Status) {
    interpreter();
    let request = GrpcRequest {
        payload: Bytes::from_static(payload.as_bytes()),
        ..Default::default()
    };
    ended(call_python(callable, request).await).await
}

async fn assert_logged(expected: &str) {
    // The answer is given before the log is written.
    let mut log = String::new();
    let asking = async {
        while !log.contains(expected) {
            log.push_str(&said("streaming:log", "").await);
        }
    };
    let within = std::time::Duration::from_secs(30);
    if tokio::time::timeout(within, asking).await.is_err() {
        panic!("{log:?} lacks {expected:?}");
    }
}

fn assert_unsendable(status: &Status) {
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(
        status.message(),
        "the handler's answer cannot be sent; the server's log says why"
    );
}

// One test, because the log is one.
#[tokio::test]
async fn what_cannot_be_sent_ends_the_stream_and_the_log_says_what_was_expected() {
    let cases = [
        (
            "str",
            "yielded str ('text') as message 3, expected bytes; add .encode()",
        ),
        (
            "message",
            "yielded streaming.Message (<streaming.Message object at 0x",
        ),
        ("none", "yielded None as message 3, expected bytes"),
        (
            "list",
            "yielded message 3, which[1] is int (2), expected bytes",
        ),
    ];
    for (payload, expected) in cases {
        let (found, status) = with_payload("streaming:yielding", payload).await;
        assert_eq!(found, ["bytes", "array", "ab"], "{payload}");
        assert_unsendable(&status);
        assert_logged(&format!("ERROR streaming:yielding: {expected}")).await;
    }
    until_happened("yielding str", "started, GeneratorExit").await;

    let cases = [
        (
            "none",
            "returned None, expected a GrpcDuplexResponse; yield the messages, or end the handler with return GrpcDuplexResponse(messages=…)",
        ),
        (
            "bytes",
            "returned bytes (3 bytes), expected a GrpcDuplexResponse; yield the messages",
        ),
        ("response", "returned GrpcResponse (GrpcResponse("),
    ];
    for (payload, expected) in cases {
        let (found, status) = with_payload("streaming:returning", payload).await;
        assert!(found.is_empty());
        assert_unsendable(&status);
        assert_logged(&format!("ERROR streaming:returning: {expected}")).await;
    }

    let answer: One = unary("streaming:generator_for_one", "").await;
    assert_unsendable(&answer.unwrap_err());
    assert_logged(
        "; a generator answers a method that streams: put what it yields into GrpcResponse(payload=…), or annotate",
    )
    .await;

    let (found, status) = with_payload("streaming:wrong_trailers", "").await;
    assert_eq!(found, ["one"]);
    assert_unsendable(&status);
    assert_logged("the metadata key \"x name\" cannot be sent").await;

    let request = GrpcDuplexRequest {
        service_name: "".into(),
        method_name: "".into(),
        metadata: Default::default(),
        messages: Messages::from(bytes(&["a"])),
        call: Default::default(),
    };
    let answer = call_python("streaming:wrong_metadata", request).await;
    let (found, status) = ended(answer).await;
    assert!(found.is_empty());
    assert_unsendable(&status);
    assert_logged("the value of the metadata \"x-name\" cannot be sent").await;
}

#[tokio::test]
async fn metadata_that_comes_too_late_is_an_error_of_the_handler() {
    let (found, status) = with_payload("streaming:too_late", "").await;
    assert_eq!(found, ["one"]);
    assert_eq!(status.code(), Code::Internal);
    assert!(
        status
            .message()
            .starts_with("the initial metadata has been sent"),
        "{status}"
    );
    let status = unary("streaming:buffered", "").await.unwrap_err();
    assert!(
        status
            .message()
            .contains("GrpcResponse(payload=…, metadata=…"),
        "{status}"
    );
}

#[tokio::test]
async fn a_def_that_yields_streams_from_a_thread() {
    interpreter();
    let request = GrpcDuplexRequest {
        messages: Messages::from(bytes(&["a", "b"])),
        ..Default::default()
    };
    let answer: Answer = call_python("streaming:def_generator", request).await;
    let mut messages = answer.unwrap().messages;
    for expected in ["aa", "bb"] {
        let message = messages.message().await.unwrap().unwrap();
        assert_eq!(message, expected);
    }
    assert!(messages.message().await.unwrap().is_none());
}
