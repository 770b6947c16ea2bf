//! The access log: one event for each call that has ended.

use spikard::{Bytes, GrpcClientStreamRequest, GrpcResponse, Server, Status, grpc_stream};
use tracing::Level;

use crate::log::Log;
use crate::support::{Running, framed, raw_body, raw_call};

#[grpc_stream(service = "test.Access", max_messages = 2)]
async fn join(request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::from(Bytes::from(request.messages.concat())))
}

const JOIN: &str = "/test.Access/Join";

fn messages(count: usize) -> Bytes {
    framed(false, b"0123456789").repeat(count).into()
}

#[tokio::test]
async fn each_call_that_has_ended_has_an_event() {
    let (log, _guard) = Log::taken();
    let running = Running::start(Server::builder().add(Join).access_log(true)).await;
    raw_body(running.addr, JOIN, &[], messages(2)).await;
    raw_call(running.addr, JOIN, &[], messages(3)).await;
    raw_call(running.addr, "/test.Access/Nothing", &[], messages(1)).await;

    let line = log.line("code=\"OK\"").await;
    for field in [
        "INFO",
        "peer=127.0.0.1:",
        "method=\"test.Access/Join\"",
        "received_messages=2",
        "received_bytes=20",
        "sent_messages=1",
        "sent_bytes=20",
        " duration=",
        " buffered=",
        " queued=0.0",
        " handled=",
        // The span of the call.
        "in otel.name=test.Access/Join",
    ] {
        assert!(line.contains(field), "{field} in {line}");
    }
    assert!(!line.contains("limit="), "{line}");
    let line = log.line("code=\"RESOURCE_EXHAUSTED\"").await;
    assert!(line.contains("limit=\"max_messages\""), "{line}");
    let line = log.line("code=\"UNIMPLEMENTED\"").await;
    assert!(line.contains("method=\"other\""), "{line}");
    assert!(line.contains("path=\"/test.Access/Nothing\""), "{line}");
    let ended = log.lines().into_iter();
    assert_eq!(ended.filter(|line| line.contains("has ended")).count(), 3);
}

#[tokio::test]
async fn health_checks_are_at_debug_and_nothing_is_written_unless_asked_for() {
    let (log, _guard) = Log::taken_at(Level::DEBUG);
    let builder = || Server::builder().add(Join).health();
    let check = "/grpc.health.v1.Health/Check";
    let silent = Running::start(builder()).await;
    raw_body(silent.addr, check, &[], framed(false, b"")).await;
    let ended = |log: &Log| {
        let lines = log.lines().into_iter();
        lines.filter(|line| line.contains("has ended")).count()
    };
    assert_eq!(ended(&log), 0);
    let running = Running::start(builder().access_log(true)).await;
    raw_body(running.addr, check, &[], framed(false, b"")).await;
    let line = log.line("method=\"grpc.health.v1.Health/Check\"").await;
    assert!(line.starts_with("DEBUG"), "{line}");
    assert_eq!(ended(&log), 1);
}
