//! How much may wait for the embedded interpreter.
#![allow(missing_docs)]

mod python_support;

use python_support::modules;
use spikard::python::{Interpreter, call_python};
use spikard::{Bytes, Code, GrpcRequest, GrpcResponse, Status};
use tokio::task::JoinSet;

async fn call(callable: &'static str) -> Result<GrpcResponse, Status> {
    let request = GrpcRequest {
        payload: Bytes::from_static(b"one"),
        ..Default::default()
    };
    call_python(callable, request).await
}

/// One test: a process has one interpreter.
#[tokio::test]
async fn threads_and_waiting_calls_are_what_the_program_says() {
    let wrong = [
        Interpreter::builder().threads(0),
        Interpreter::builder().max_waiting_calls(0),
    ];
    for (builder, name) in wrong.into_iter().zip(["threads", "max_waiting_calls"]) {
        let said = builder.start().unwrap_err().to_string();
        let expected = format!("{name} of the Python interpreter must be 1 or more, not 0");
        assert_eq!(said, expected);
    }
    Interpreter::builder()
        .path(modules())
        .threads(1)
        .max_waiting_calls(2)
        .start()
        .unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..8 {
        calls.spawn(call("waiting:blocking"));
    }
    // One is in the only thread, perhaps, and two wait.
    for _ in 0..5 {
        let refused = calls.join_next().await.unwrap().unwrap().unwrap_err();
        assert_eq!(refused.code(), Code::ResourceExhausted);
        assert!(
            refused.message().contains("max_waiting_calls = 2"),
            "{refused}"
        );
    }
    call("waiting:release").await.unwrap();
    while let Some(answered) = calls.join_next().await {
        if let Err(refused) = answered.unwrap() {
            assert_eq!(refused.code(), Code::ResourceExhausted);
        }
    }
}
