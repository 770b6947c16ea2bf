//! What is around Python handlers in a program in Rust: lifespan, middleware, statuses, and what a layer leaves for them.
#![allow(missing_docs)]

mod python_support;
#[allow(dead_code, reason = "the tests of streams use the rest of it")]
#[path = "python_streams/raw.rs"]
mod raw;
#[allow(dead_code, reason = "a part of it is used here")]
#[path = "serving/support.rs"]
mod support;

use std::sync::OnceLock;
use std::time::Duration;

use python_support::{One, modules};
use raw::Raw;
use spikard::python::{ForPython, Interpreter, PythonErrorKind, resolve};
use spikard::{Bytes, Code, GrpcRequest, Server, ServerBuilder, Status, grpc_stream};
use support::{Running, path, ready};
use tonic::service::interceptor::InterceptorLayer;

struct Tested;

#[grpc_stream(service = "test.Tested")]
impl Tested {
    #[grpc(python = "around:get")]
    async fn get(&self, request: GrpcRequest) -> One;

    #[grpc(python = "around:get_in_thread")]
    async fn get_in_thread(&self, request: GrpcRequest) -> One;

    #[grpc(python = "around:fail")]
    async fn fail(&self, request: GrpcRequest) -> One;

    #[grpc(python = "around:set_health")]
    async fn set_health(&self, request: GrpcRequest) -> One;

    #[grpc(python = "around:cancelled")]
    async fn cancelled(&self, request: GrpcRequest) -> One;

    #[grpc(python = "around:cancelled_by")]
    async fn cancelled_by(&self, request: GrpcRequest) -> One;
}

fn interpreter() -> Interpreter {
    static STARTED: OnceLock<Interpreter> = OnceLock::new();
    *STARTED.get_or_init(|| {
        Interpreter::builder()
            .path(modules())
            .lifespan("around:resources")
            .middleware("around:authenticate")
            .exceptions("around:STATUSES")
            .start()
            .unwrap_or_else(|error| panic!("{error}"))
    })
}

fn builder() -> ServerBuilder {
    interpreter();
    Server::builder().add(Tested)
}

/// A layer that leaves the user's name for Python.
fn named(mut request: tonic::Request<()>) -> Result<tonic::Request<()>, Status> {
    let user = request.metadata().get("x-user");
    if let Some(user) = user.and_then(|user| user.to_str().ok()) {
        let user = ForPython::from([("user", user)]);
        request.extensions_mut().insert(user);
    }
    Ok(request)
}

async fn call(
    running: &Running,
    method: &'static str,
    user: Option<&'static str>,
    timeout: Option<Duration>,
) -> Result<tonic::Response<Bytes>, Status> {
    let mut client = running.client().await;
    let mut request = tonic::Request::new(Bytes::new());
    if let Some(user) = user {
        request
            .metadata_mut()
            .insert("x-user", user.parse().unwrap());
    }
    if let Some(timeout) = timeout {
        request.set_timeout(timeout);
    }
    ready(&mut client)
        .await
        .unary(request, path(method), Raw)
        .await
}

#[tokio::test]
async fn handlers_have_state_middleware_and_what_a_layer_left() {
    let running = Running::start(builder().layer(InterceptorLayer::new(named))).await;
    for (path, method) in [
        ("/test.Tested/Get", "Get"),
        ("/test.Tested/GetInThread", "GetInThread"),
    ] {
        let answer = call(&running, path, Some("ann"), None).await.unwrap();
        assert_eq!(answer.metadata().get("x-around").unwrap(), method);
        assert_eq!(answer.into_inner(), "ann");
    }
    running.stop().await.unwrap();
}

#[tokio::test]
async fn middleware_refuses_and_exceptions_have_statuses() {
    let running = Running::start(builder()).await;
    let refused = call(&running, "/test.Tested/Get", None, None).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    assert_eq!(refused.message(), "who are you?");
    // Without the layer, nothing is left.
    let answer = call(&running, "/test.Tested/Get", Some("ann"), None).await;
    assert_eq!(answer.unwrap().into_inner(), "None");
    let failed = call(&running, "/test.Tested/Fail", Some("ann"), None).await;
    let failed = failed.unwrap_err();
    assert_eq!(
        (failed.code(), failed.message()),
        (Code::NotFound, "no record 7")
    );
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_handler_knows_who_gave_its_call_up() {
    let running = Running::start(builder()).await;
    let soon = Some(Duration::from_millis(50));
    let late = call(&running, "/test.Tested/Cancelled", Some("ann"), soon).await;
    assert!(late.is_err());
    let by = call(&running, "/test.Tested/CancelledBy", Some("ann"), None).await;
    assert_eq!(by.unwrap().into_inner(), "deadline");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn health_is_not_set_in_python_here() {
    let running = Running::start(builder().health()).await;
    let refused = call(&running, "/test.Tested/SetHealth", Some("ann"), None).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::Internal);
    assert!(
        refused.message().contains("health is set in Rust"),
        "{refused}"
    );
    running.stop().await.unwrap();
}

#[test]
fn middleware_that_does_not_fit_a_handler_is_told_when_it_is_looked_up() {
    interpreter();
    let error = resolve("around:mistaken").unwrap_err();
    assert_eq!(error.kind(), PythonErrorKind::NotCallable);
    let text = error.to_string();
    assert!(
        text.contains("must take two arguments, request and call_next"),
        "{text}"
    );
}
