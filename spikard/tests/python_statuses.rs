//! What a handler raises, and the status that its client gets.
#![allow(missing_docs)]

mod python_support;

use python_support::unary;
use spikard::Code;

/// What is raised, its status, and whether its text is sent.
const TABLE: [(&str, Code, bool); 18] = [
    ("ValueError", Code::InvalidArgument, true),
    ("PermissionError", Code::PermissionDenied, true),
    ("NotImplementedError", Code::Unimplemented, true),
    ("MemoryError", Code::ResourceExhausted, true),
    ("TimeoutError", Code::DeadlineExceeded, true),
    ("RuntimeError", Code::Internal, true),
    ("RecursionError", Code::Internal, false),
    ("CancelledError", Code::Cancelled, false),
    ("OutOfStock", Code::NotFound, true),
    ("Sold", Code::NotFound, true),
    ("ConnectionResetError", Code::Unavailable, false),
    ("KeyError", Code::Internal, false),
    ("Secret", Code::Internal, false),
    ("TypeError", Code::Internal, false),
    ("SystemExit", Code::Internal, false),
    ("KeyboardInterrupt", Code::Internal, false),
    ("GeneratorExit", Code::Internal, false),
    ("BaseException", Code::Internal, false),
];

#[tokio::test]
async fn every_row_of_the_table() {
    for callable in ["raising:on_loop", "raising:in_thread"] {
        for (name, code, text_sent) in TABLE {
            let status = unary(callable, name).await.unwrap_err();
            assert_eq!(status.code(), code, "{callable} {name}");
            let expected = if text_sent {
                format!("the text of {name}")
            } else {
                name.to_owned()
            };
            assert_eq!(status.message(), expected, "{callable} {name}");
        }
        assert_eq!(unary("echo:unary", "alive").await.unwrap().payload, "alive");
        assert_eq!(
            unary("echo:unary_in_a_thread", "alive")
                .await
                .unwrap()
                .payload,
            "alive"
        );
    }
}

/// More often than the pool has threads: each that such an error ended would be missed.
#[tokio::test]
async fn a_grpc_error_that_is_not_whole_is_internal_and_the_threads_go_on() {
    for callable in ["raising:on_loop", "raising:in_thread"] {
        for _ in 0..40 {
            for name in ["Bare", "Emptied", "Textless"] {
                let status = unary(callable, name).await.unwrap_err();
                assert_eq!(status.code(), Code::Internal, "{callable} {name}");
                assert_eq!(status.message(), name, "{callable}");
            }
        }
    }
    let alive = unary("echo:unary_in_a_thread", "alive").await;
    assert_eq!(alive.unwrap().payload, "alive");
}

#[tokio::test]
async fn a_call_that_python_loses_is_answered() {
    let status = unary("losing:lost", "").await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert!(status.message().contains("lost in Python"), "{status}");
}

/// The calls that were taken out of the queue together with one that finds no memory are answered all the same.
#[tokio::test]
async fn a_call_that_cannot_begin_is_answered_and_takes_no_other_with_it() {
    unary("losing:no_memory", "").await.unwrap_err();
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let refused = tokio::spawn(unary("losing:no_memory", ""));
            (refused, tokio::spawn(unary("echo:unary", "alive")))
        })
        .collect();
    for (refused, answered) in calls {
        let status = refused.await.unwrap().unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
        assert_eq!(answered.await.unwrap().unwrap().payload, "alive");
    }
}

#[tokio::test]
async fn a_subclass_of_value_error_is_a_value_error() {
    let status = unary("raising:on_loop", "UnicodeDecodeError")
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(
        status.message().contains("can't decode byte 0xff"),
        "{status}"
    );
}

#[tokio::test]
async fn an_exception_without_a_text_is_named() {
    let status = unary("raising:on_loop", "Unprintable").await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(status.message(), "Unprintable");
}

#[tokio::test]
async fn a_grpc_error_has_its_code_text_details_and_metadata() {
    let status = unary("raising:grpc_error", "").await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
    assert_eq!(status.message(), "grüße: 100 %");
    assert_eq!(status.details(), b"\x08\x09\x12\x02no");
    let tags: Vec<_> = status.metadata().get_all("x-tag").iter().collect();
    assert_eq!(tags, ["a", "b"]);
    let raw = status.metadata().get_bin("x-raw-bin").unwrap();
    assert_eq!(&raw.to_bytes().unwrap()[..], b"\x00\xff");
}

#[tokio::test]
async fn what_of_an_error_cannot_be_sent_does_not_cost_its_code() {
    let status = unary("raising:spoilt_error", "").await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Aborted, "text"));
    assert!(status.metadata().is_empty());
    let status = unary("raising:unfit", "").await.unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (Code::InvalidArgument, "Unfit")
    );
}

#[tokio::test]
async fn what_a_spawned_task_raises_does_not_end_the_loop() {
    for name in ["SystemExit", "KeyboardInterrupt", "ValueError"] {
        let response = unary("raising:from_a_spawned_task", name).await.unwrap();
        assert_eq!(response.payload, name);
        assert_eq!(unary("echo:unary", "alive").await.unwrap().payload, "alive");
    }
}
