//! Whatever a handler does, its own call fails and the next works.

use std::error::Error;

use spikard::{Code, Status};
use spikard_tests::languages::Language;
use spikard_tests::mounts;
use spikard_tests::raw::{Raw, request};

use crate::support::{good_call, text};

async fn fail(raw: &Raw, method: &str, how: &str) -> Result<Status, Box<dyn Error>> {
    let request = request(&format!("/probe.Probe/{method}")).body(())?;
    let answer = raw.call(request, [text(how)]).await?;
    Ok(answer.status().ok_or("no status")?)
}

#[tokio::test(flavor = "multi_thread")]
async fn panics() -> Result<(), Box<dyn Error>> {
    let server = mounts::ours().await;
    let raw = Raw::connect(&server.address).await?;
    for how in ["panic", "panic with a value"] {
        let status = fail(&raw, "Fail", how).await?;
        assert_eq!(status.code(), Code::Internal, "{how}: {status}");
        assert!(!status.message().contains("secret"), "{how}: {status}");
        good_call(&raw, Language::Rust, how).await;
    }
    drop(raw);
    server.stop().await;
    Ok(())
}

/// What is raised, the code, and the text where it is sent.
const EXCEPTIONS: [(&str, Code, Option<&str>); 15] = [
    ("ValueError", Code::InvalidArgument, Some("that value")),
    (
        "UnicodeDecodeError",
        Code::InvalidArgument,
        Some("'utf-8' codec can't decode byte 0xff in position 0: that byte"),
    ),
    ("PermissionError", Code::PermissionDenied, Some("not you")),
    ("NotImplementedError", Code::Unimplemented, Some("not yet")),
    ("MemoryError", Code::ResourceExhausted, Some("that much")),
    ("RuntimeError", Code::Internal, Some("that state")),
    ("RecursionError", Code::Internal, None),
    ("ZeroDivisionError", Code::Internal, None),
    ("SystemExit", Code::Internal, None),
    ("KeyboardInterrupt", Code::Internal, None),
    ("GeneratorExit", Code::Internal, None),
    ("BaseException", Code::Internal, None),
    ("StopIteration", Code::Internal, None),
    ("StopAsyncIteration", Code::Internal, None),
    ("CancelledError", Code::Cancelled, None),
];

const PYTHON_METHODS: [&str; 2] = ["FailInPython", "FailWithoutAsyncInPython"];

#[tokio::test(flavor = "multi_thread")]
async fn exceptions() -> Result<(), Box<dyn Error>> {
    let server = mounts::ours().await;
    let raw = Raw::connect(&server.address).await?;
    for method in PYTHON_METHODS {
        for (how, code, text) in EXCEPTIONS {
            let status = fail(&raw, method, how).await?;
            assert_eq!(status.code(), code, "{method}, {how}: {status}");
            match text {
                Some(text) => assert_eq!(status.message(), text, "{method}, {how}"),
                None => assert!(
                    !status.message().contains("secret"),
                    "{method}, {how}: {status}"
                ),
            }
            if text.is_none() && code == Code::Internal {
                // A coroutine cannot raise StopIteration: Python makes it a RuntimeError.
                let name = if how == "StopIteration" { "" } else { how };
                assert!(status.message().contains(name), "{method}, {how}: {status}");
            }
            good_call(&raw, Language::Python, how).await;
        }
    }
    drop(raw);
    server.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_return_types() -> Result<(), Box<dyn Error>> {
    let server = mounts::ours().await;
    let raw = Raw::connect(&server.address).await?;
    for method in PYTHON_METHODS {
        for how in [
            "returns None",
            "returns bytes",
            "returns a list",
            "returns another kind of response",
            "returns messages that are not bytes",
        ] {
            let status = fail(&raw, method, how).await?;
            assert_eq!(status.code(), Code::Internal, "{method}, {how}: {status}");
            good_call(&raw, Language::Python, how).await;
        }
    }
    drop(raw);
    server.stop().await;
    Ok(())
}
