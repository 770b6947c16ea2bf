//! What the tests of the Python seam share: the interpreter, and short ways to call handlers.
#![allow(dead_code, missing_docs, reason = "each test binary uses a part of it")]

use std::path::PathBuf;
use std::sync::OnceLock;

use spikard::python::Interpreter;
use spikard::python::call_python;
use spikard::{
    Bytes, GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest, GrpcRequest,
    GrpcResponse, Status,
};

pub(crate) type Bidi = Result<GrpcBidiStreamResponse, Status>;
pub(crate) type One = Result<GrpcResponse, Status>;

/// The folder of the tests' Python modules.
pub(crate) fn modules() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/python_modules")
}

/// The interpreter of this process, started with the tests' modules on its path.
pub(crate) fn interpreter() -> Interpreter {
    static STARTED: OnceLock<Interpreter> = OnceLock::new();
    *STARTED.get_or_init(|| {
        let started = Interpreter::builder().path(modules()).start();
        started.unwrap_or_else(|error| panic!("{error}"))
    })
}

pub(crate) fn bytes(messages: &[&'static str]) -> Vec<Bytes> {
    messages
        .iter()
        .map(|message| Bytes::from_static(message.as_bytes()))
        .collect()
}

pub(crate) async fn bidi(callable: &'static str, messages: Vec<Bytes>) -> Bidi {
    interpreter();
    let request = GrpcBidiStreamRequest {
        messages,
        ..Default::default()
    };
    call_python(callable, request).await
}

pub(crate) async fn unary(callable: &'static str, payload: &'static str) -> One {
    interpreter();
    let request = GrpcRequest {
        payload: Bytes::from_static(payload.as_bytes()),
        ..Default::default()
    };
    call_python(callable, request).await
}

pub(crate) async fn client_stream(callable: &'static str, messages: Vec<Bytes>) -> One {
    interpreter();
    let request = GrpcClientStreamRequest {
        messages,
        ..Default::default()
    };
    call_python(callable, request).await
}
