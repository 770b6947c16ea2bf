//! spikard's own server: deadlines, draining, limits.

use std::sync::Arc;
use std::time::Duration;

use crate::support::{Running, codec, path, raw_call, ready, unary};
use spikard::{
    Bytes, Code, GrpcClientStreamRequest, GrpcRequest, GrpcResponse, Limits, Server, Status,
    grpc_stream,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Notify;
use tonic::IntoRequest;

#[grpc_stream(service = "test.Server")]
async fn upper(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    Ok(GrpcResponse::from(request.payload.to_uppercase()))
}

#[grpc_stream(service = "test.Server")]
async fn peer(request: GrpcRequest<()>) -> Result<GrpcResponse<String>, Status> {
    let peer = request
        .call
        .peer()
        .ok_or_else(|| Status::internal("no peer"))?;
    Ok(GrpcResponse::from(peer.ip().to_string()))
}

/// A handler that waits until the test lets it go on.
#[derive(Default)]
struct Gate {
    entered: Arc<Notify>,
    open: Arc<Notify>,
    dropped: Arc<Notify>,
}

impl Gate {
    fn share(&self) -> Self {
        Self {
            entered: self.entered.clone(),
            open: self.open.clone(),
            dropped: self.dropped.clone(),
        }
    }
}

struct NotifyOnDrop(Arc<Notify>);

impl Drop for NotifyOnDrop {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[grpc_stream(service = "test.Gate")]
impl Gate {
    async fn pass(&self, _: GrpcRequest<()>) -> Result<GrpcResponse<String>, Status> {
        let _guard = NotifyOnDrop(self.dropped.clone());
        self.entered.notify_one();
        self.open.notified().await;
        Ok(GrpcResponse::from(String::from("passed")))
    }

    #[grpc(idle_timeout = "100ms")]
    async fn upload(
        &self,
        request: GrpcClientStreamRequest<String>,
    ) -> Result<GrpcResponse<u64>, Status> {
        Ok(GrpcResponse::from(request.messages.len() as u64))
    }
}

#[tokio::test]
async fn a_handler_knows_its_peer() {
    let running = Running::start(Server::builder().add(Peer)).await;
    let mut client = running.client().await;
    let answer = unary::<(), String>(&mut client, "/test.Server/Peer", ().into_request()).await;
    assert_eq!(answer.unwrap().into_inner(), "127.0.0.1");
}

#[tokio::test]
async fn a_deadline_drops_the_handler_and_answers_deadline_exceeded() {
    let gate = Gate::default();
    let running = Running::start(Server::builder().add(gate.share())).await;
    // tonic's client has a timer of its own, which would fire first.
    let head = [("grpc-timeout", "100m")];
    let empty = Bytes::from_static(&[0; 5]);
    let status = raw_call(running.addr, "/test.Gate/Pass", &head, empty).await;
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert!(
        status.message().contains("before the handler answered"),
        "{status}"
    );
    gate.dropped.notified().await;
}

#[tokio::test]
async fn a_cancelled_call_drops_the_handler() {
    let gate = Gate::default();
    let running = Running::start(Server::builder().add(gate.share())).await;
    let mut client = running.client().await;
    let call = tokio::spawn(async move {
        unary::<(), String>(&mut client, "/test.Gate/Pass", ().into_request()).await
    });
    gate.entered.notified().await;
    call.abort();
    gate.dropped.notified().await;
}

#[tokio::test]
async fn a_client_that_stops_sending_is_timed_out() {
    let running = Running::start(Server::builder().add(Gate::default())).await;
    let mut client = running.client().await;
    let endless = tokio_stream::StreamExt::chain(
        tokio_stream::once(String::from("one")),
        tokio_stream::pending(),
    );
    let answer = ready(&mut client)
        .await
        .client_streaming::<_, String, u64, _>(
            tonic::Request::new(endless),
            path("/test.Gate/Upload"),
            codec(),
        )
        .await;
    let status = answer.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert!(
        status
            .message()
            .contains("idle_timeout = 100ms after 1 messages"),
        "{status}"
    );
}

#[tokio::test]
async fn draining_finishes_calls_in_flight_and_closes_silent_connections() {
    let gate = Gate::default();
    let builder = Server::builder()
        .add(gate.share())
        .grace(Duration::from_secs(60));
    let running = Running::start(builder).await;
    let addr = running.addr;
    let mut client = running.client().await;
    let silent = tokio::net::TcpStream::connect(addr).await.unwrap();
    let call = tokio::spawn(async move {
        unary::<(), String>(&mut client, "/test.Gate/Pass", ().into_request()).await
    });
    gate.entered.notified().await;
    let stopped = tokio::spawn(running.stop());
    // The listener is closed first, so a refused connection says that the drain has begun.
    while tokio::net::TcpStream::connect(addr).await.is_ok() {
        tokio::task::yield_now().await;
    }
    gate.open.notify_one();
    assert_eq!(call.await.unwrap().unwrap().into_inner(), "passed");
    stopped.await.unwrap().unwrap();
    drop(silent);
}

#[tokio::test]
async fn a_connection_that_does_not_begin_http2_is_closed() {
    let builder = Server::builder()
        .add(Upper)
        .handshake_timeout(Duration::from_millis(100));
    let running = Running::start(builder).await;
    for beginning in ["", "PRI * HTTP/2.0"] {
        let mut stream = tokio::net::TcpStream::connect(running.addr).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        // hyper greets first; the end is what counts.
        let mut greeting = Vec::new();
        let _ = stream.read_to_end(&mut greeting).await;
    }
    let mut client = running.client().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let answer = unary::<String, String>(
        &mut client,
        "/test.Server/Upper",
        String::from("x").into_request(),
    );
    assert_eq!(answer.await.unwrap().into_inner(), "X");
}

#[tokio::test]
async fn the_buffer_of_all_calls_is_bounded_and_given_back() {
    let builder = Server::builder()
        .add(Gate::default())
        .max_buffered_bytes(100_000)
        .limits(Limits::default());
    let running = Running::start(builder).await;
    let mut client = running.client().await;
    for (size, code) in [
        (90_000, Code::Ok),
        (110_000, Code::ResourceExhausted),
        (90_000, Code::Ok),
    ] {
        let message = tokio_stream::once("x".repeat(size));
        let answer = ready(&mut client)
            .await
            .client_streaming::<_, String, u64, _>(
                tonic::Request::new(message),
                path("/test.Gate/Upload"),
                codec(),
            )
            .await;
        let found = answer.map_or_else(|status| status.code(), |_| Code::Ok);
        assert_eq!(found, code, "{size} bytes");
    }
}

#[tokio::test]
async fn one_message_where_one_is_expected() {
    let running = Running::start(Server::builder().add(Upper)).await;
    let mut client = running.client().await;
    for count in [0, 2] {
        let messages = tokio_stream::iter(vec![String::from("x"); count]);
        let answer = ready(&mut client)
            .await
            .client_streaming::<_, String, String, _>(
                tonic::Request::new(messages),
                path("/test.Server/Upper"),
                codec(),
            )
            .await;
        assert_eq!(
            answer.unwrap_err().code(),
            Code::Unimplemented,
            "{count} messages"
        );
    }
}
