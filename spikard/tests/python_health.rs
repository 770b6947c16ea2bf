//! Health knows that Python is stuck, in a program that embeds it. In a process of its own: everybody waits for a loop that
//! is held.
#![allow(missing_docs)]

#[allow(dead_code, reason = "the tests of the server use the rest of it")]
#[path = "serving/log.rs"]
mod log;
mod python_support;
#[allow(dead_code, reason = "the tests of streams use the rest of it")]
#[path = "python_streams/raw.rs"]
mod raw;
#[allow(dead_code, reason = "the tests of the server use the rest of it")]
#[path = "serving/support.rs"]
mod support;

use std::time::Duration;

use python_support::{One, modules};
use raw::Raw;
use spikard::python::{Interpreter, call_python};
use spikard::{Bytes, GrpcRequest, GrpcResponse, Server, Status, grpc_stream};
use support::{Running, path, ready};
use tokio::time::timeout;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

struct Operating;

#[grpc_stream(service = "test.Operating")]
impl Operating {
    #[grpc(python = "operating:hold")]
    async fn hold(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;

    #[grpc(python = "operating:block")]
    async fn block(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;
}

async fn call(running: &Running, method: &'static str) -> Result<Bytes, Status> {
    let mut client = running.client().await;
    let request = tonic::Request::new(Bytes::from_static(b"done"));
    let client = ready(&mut client).await;
    let answer = client.unary(request, path(method), Raw).await?;
    Ok(answer.into_inner())
}

/// Lets so many calls go on that wait.
async fn release(let_go: &'static str, calls: &'static str) {
    let payload = Bytes::from_static(calls.as_bytes());
    let request = GrpcRequest {
        payload,
        ..Default::default()
    };
    let released: One = call_python(let_go, request).await;
    released.unwrap();
}

/// Waits until the server, and its service, say so.
async fn health_is(running: &Running, expected: ServingStatus) {
    let mut client = HealthClient::new(running.channel().await);
    let asking = async {
        for service in ["", "test.Operating"] {
            let service = String::from(service);
            let said = client.watch(HealthCheckRequest { service }).await;
            let mut said = said.unwrap().into_inner();
            while said.message().await.unwrap().unwrap().status() != expected {}
        }
    };
    let waited = timeout(Duration::from_secs(30), asking).await;
    waited.unwrap_or_else(|_| panic!("health never says {expected:?}"));
}

/// Health says NOT_SERVING while `method` has Python stuck, until `let_go` is called.
async fn stuck(method: &'static str, let_go: &'static str, said: &str) {
    let (log, _taken) = log::Log::taken();
    let builder = Server::builder().add(Operating).health();
    let builder = builder.unhealthy_after(Some(Duration::from_millis(500)));
    let running = Running::start(builder).await;
    health_is(&running, ServingStatus::Serving).await;
    // It is looked up by the loop, which will be held.
    release(let_go, "0").await;
    // The other one waits for the loop, or for the only thread.
    let (one, other, ()) = tokio::join!(call(&running, method), call(&running, method), async {
        health_is(&running, ServingStatus::NotServing).await;
        release(let_go, "2").await;
        health_is(&running, ServingStatus::Serving).await;
    });
    assert_eq!([one.unwrap(), other.unwrap()], ["done", "done"]);
    let lines = log.lines();
    let is_said = |text: &str| lines.iter().any(|line| line.contains(text));
    assert!(is_said(said) && is_said("NOT_SERVING"), "{lines:#?}");
    assert!(is_said("handlers can run again"), "{lines:#?}");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn health_while_python_does_not_answer() {
    let builder = Interpreter::builder().path(modules()).threads(1);
    builder.start().unwrap_or_else(|error| panic!("{error}"));
    stuck(
        "/test.Operating/Hold",
        "operating:let_go",
        "the event loop has not answered",
    )
    .await;
    stuck(
        "/test.Operating/Block",
        "operating:let_go_from_the_loop",
        "calls have waited for a thread",
    )
    .await;
}
