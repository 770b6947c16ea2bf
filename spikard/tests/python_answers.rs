//! What a handler returns: what can be sent, and what is said of the rest.
#![allow(missing_docs)]

mod python_support;

use python_support::{Bidi, bidi, unary};
use spikard::{Bytes, Code};

/// What was logged since the last time.
async fn log() -> String {
    let said = unary("wrong:log", "").await.unwrap().payload;
    String::from_utf8(said.to_vec()).unwrap()
}

fn assert_refused(answer: &str, status: &spikard::Status, log: &str, expected: &str) {
    assert_eq!(status.code(), Code::Internal, "{answer}");
    assert_eq!(
        status.message(),
        "the handler's answer cannot be sent; the server's log says why"
    );
    assert!(
        log.contains(expected),
        "{answer}: {log:?} lacks {expected:?}"
    );
    assert!(
        log.starts_with("spikard ERROR wrong:answer"),
        "{answer}: {log}"
    );
}

// One test, because the log is one.
#[tokio::test]
async fn wrong_answers_are_internal_and_the_log_says_what_was_expected() {
    log().await;
    let cases = [
        (
            "none",
            "returned None, expected a GrpcResponse; end the handler with return GrpcResponse(payload=…)",
        ),
        (
            "dict",
            "returned dict ({'payload': b''}), expected a GrpcResponse",
        ),
        (
            "bytes",
            "returned bytes (3 bytes), expected a GrpcResponse; return GrpcResponse(payload=…)",
        ),
        (
            "message",
            "expected a GrpcResponse; return GrpcResponse(payload=….SerializeToString())",
        ),
        (
            "message",
            "returned wrong.Message (name: 'test' name: 'test' ",
        ),
        (
            "other kind",
            "returned GrpcBidiStreamResponse (GrpcBidiStreamResponse(messages=[]",
        ),
        ("class", "expected a GrpcResponse"),
        (
            "unprintable",
            "returned wrong.Unprintable, expected a GrpcResponse",
        ),
        ("slippery", "the answer raised SystemExit"),
        (
            "payload with gaps",
            "whose payload is memoryview (<memory at 0x…>), a buffer that is not contiguous: make it bytes",
        ),
        (
            "payload awaitable",
            "whose payload is wrong.Awaitable (<wrong.Awaitable object at 0x…>), expected bytes; await it",
        ),
        (
            "payload none",
            "returned a GrpcResponse whose payload is None, expected bytes",
        ),
        (
            "payload str",
            "whose payload is str ('text'), expected bytes; add .encode()",
        ),
        (
            "payload message",
            "expected bytes; add .SerializeToString()",
        ),
        (
            "metadata int",
            "the metadata 'x-count' must be str, not int: write str(…)",
        ),
        (
            "metadata key",
            "the metadata key \"x count\" cannot be sent",
        ),
        (
            "metadata unicode",
            "the value of the metadata \"x-name\" cannot be sent: text must be printable ASCII",
        ),
        (
            "metadata newline",
            "the value of the metadata \"x-name\" cannot be sent",
        ),
        ("metadata no mapping", "'int' object is not iterable"),
        (
            "compression",
            "returned a GrpcResponse whose compression is str ('brotli'), expected None, \"identity\", \"gzip\"",
        ),
        ("compression int", "whose compression is int (1), expected"),
    ];
    for callable in ["wrong:answer", "wrong:answer_in_a_thread"] {
        for (answer, expected) in cases {
            let status = unary(callable, answer).await.unwrap_err();
            assert_refused(answer, &status, &log().await, expected);
        }
    }
    let status = unary("wrong:forgotten", "none").await.unwrap_err();
    let expected =
        "returned coroutine (<coroutine object answer at 0x…>), expected a GrpcResponse; await it";
    assert_eq!(status.code(), Code::Internal);
    let said = log().await;
    assert!(said.contains(expected), "{said}");
    let cases = [
        (
            "messages",
            "returned a GrpcBidiStreamResponse whose messages[1] is wrong.Message",
        ),
        ("messages", "expected bytes; add .SerializeToString()"),
        (
            "str in messages",
            "whose messages[2] is str ('c'), expected bytes; add .encode()",
        ),
        (
            "str",
            "whose messages are str ('text'), expected a list of bytes",
        ),
        (
            "bytes",
            "whose messages are bytes (3 bytes), expected a list of bytes",
        ),
        (
            "list",
            "returned list (of 1), expected a GrpcBidiStreamResponse; return GrpcBidiStreamResponse(messages=[…])",
        ),
        ("other kind", "expected a GrpcBidiStreamResponse"),
        ("none", "whose messages[0] is None, expected bytes"),
        (
            "uncompressed",
            "whose uncompressed is tuple (of 2), expected the indices of messages, each an int of 0 or more",
        ),
        (
            "uncompressed messages",
            "whose uncompressed is tuple (of 1), expected the indices of messages",
        ),
    ];
    for (answer, expected) in cases {
        let status = bidi(
            "wrong:answer_list",
            vec![Bytes::from_static(answer.as_bytes())],
        )
        .await
        .unwrap_err();
        assert_refused(answer, &status, &log().await, expected);
    }
}

#[tokio::test]
async fn an_answer_of_a_class_with_properties_is_sent() {
    let response = unary("wrong:of_a_property", "").await.unwrap();
    assert_eq!(response.payload, "of a property");
    assert_eq!(response.metadata.get("x-of").unwrap(), "a subclass");
}

#[tokio::test]
async fn everything_bytes_like_is_sent() {
    let response: Bidi = bidi("wrong:right", Vec::new()).await;
    let messages = response.unwrap().messages;
    assert_eq!(
        messages,
        ["bytes", "bytearray", "memoryview", "abc", "array"]
    );
}

#[tokio::test]
async fn an_answer_that_there_is_no_memory_for_is_resource_exhausted_and_the_process_lives_on() {
    for callable in ["scarce:too_much_on_loop", "scarce:too_much_in_a_thread"] {
        let status = bidi(callable, Vec::new()).await.unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
        let (count, size) = (1_u64 << 20, (1_u64 << 30) + 5);
        let expected = format!(
            "the response has {} bytes in {count} messages",
            count * size
        );
        assert!(status.message().starts_with(&expected), "{status}");
        assert_eq!(unary("echo:unary", "alive").await.unwrap().payload, "alive");
    }
}
