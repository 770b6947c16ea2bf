//! spikard's own server: layers, deadlines, draining, TLS.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::{Running, codec, path, raw_call, ready, unary};
use http::{Request, Response};
use spikard::{
    Bytes, Code, GrpcClientStreamRequest, GrpcRequest, GrpcResponse, Limits, Server, Status,
    grpc_stream,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Notify;
use tonic::body::Body;

#[grpc_stream(service = "test.Server")]
async fn upper(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    let user = request.call.extensions().get::<User>();
    let user = user.map_or_else(String::new, |user| format!("{}: ", user.0));
    Ok(GrpcResponse::from(user + &request.payload.to_uppercase()))
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

#[derive(Clone)]
struct User(String);

/// Lets in who names a user, and tells the handler.
#[derive(Clone)]
struct Authenticate<S>(S);

impl<S> tower_service::Service<Request<Body>> for Authenticate<S>
where
    S: tower_service::Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Body>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future =
        std::pin::Pin<Box<dyn Future<Output = Result<Response<Body>, Self::Error>> + Send>>;

    fn poll_ready(
        &mut self,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Self::Error>> {
        self.0.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let Some(user) = request.headers().get("x-user") else {
            let method = request.extensions().get::<tonic::GrpcMethod>();
            let method = method.map_or("nothing", |method| method.method());
            let status = Status::unauthenticated(format!("{method} needs the header x-user"));
            return Box::pin(std::future::ready(Err(status.into())));
        };
        let user = User(String::from_utf8_lossy(user.as_bytes()).into_owned());
        request.extensions_mut().insert(user);
        let answer = self.0.call(request);
        Box::pin(async { answer.await.map_err(Into::into) })
    }
}

#[tokio::test]
async fn a_layer_sees_the_method_refuses_and_tells_the_handler() {
    let authenticate = tower::layer::layer_fn(Authenticate);
    let running = Running::start(Server::builder().add(Upper).layer(authenticate)).await;
    let mut client = running.client().await;
    let refused = unary::<String, String>(
        &mut client,
        "/test.Server/Upper",
        "hi".to_owned().into_request(),
    )
    .await;
    let status = refused.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
    assert_eq!(status.message(), "Upper needs the header x-user");

    let mut request = String::from("hi").into_request();
    request
        .metadata_mut()
        .insert("x-user", "ann".parse().unwrap());
    let answer = unary::<String, String>(&mut client, "/test.Server/Upper", request).await;
    assert_eq!(answer.unwrap().into_inner(), "ann: HI");
}

use tonic::IntoRequest;

#[tokio::test]
async fn the_first_layer_is_outermost() {
    let tag = |name: &'static str| {
        tower::util::MapRequestLayer::new(move |mut request: Request<Body>| {
            let before = request
                .headers()
                .get("x-user")
                .map(|value| value.to_str().unwrap());
            let value = format!("{}{name}", before.unwrap_or_default());
            request
                .headers_mut()
                .insert("x-user", value.parse().unwrap());
            request
        })
    };
    let builder = Server::builder()
        .add(Upper)
        .layer(tag("a"))
        .layer(tag("b"))
        .layer(tower::layer::layer_fn(Authenticate));
    let running = Running::start(builder).await;
    let mut client = running.client().await;
    let request = String::from("x").into_request();
    let answer = unary::<String, String>(&mut client, "/test.Server/Upper", request).await;
    assert_eq!(answer.unwrap().into_inner(), "ab: X");
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
    stopped.await.unwrap();
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
async fn the_grace_period_ends_a_call_that_does_not() {
    let gate = Gate::default();
    let builder = Server::builder()
        .add(gate.share())
        .grace(Duration::from_millis(200));
    let running = Running::start(builder).await;
    let mut client = running.client().await;
    let call = tokio::spawn(async move {
        unary::<(), String>(&mut client, "/test.Gate/Pass", ().into_request()).await
    });
    gate.entered.notified().await;
    let begun = Instant::now();
    running.stop().await;
    assert!(
        begun.elapsed() >= Duration::from_millis(200),
        "the grace period was cut short"
    );
    assert!(call.await.unwrap().is_err());
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

#[grpc_stream(service = "test.Failing")]
async fn fail(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    if request.payload == "OK" {
        return Err(Status::new(Code::Ok, "no failure at all"));
    }
    let mut status = Status::not_found("not here");
    let metadata = status.metadata_mut();
    metadata.insert("content-length", "5".parse().unwrap());
    metadata.insert("x-kept", "yes".parse().unwrap());
    Err(status)
}

#[tokio::test]
async fn a_status_cannot_break_the_response_that_carries_it() {
    let running = Running::start(Server::builder().add(Fail)).await;
    let mut client = running.client().await;
    let failed = unary::<String, String>(
        &mut client,
        "/test.Failing/Fail",
        tonic::Request::new(String::new()),
    );
    let status = failed.await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound, "{status}");
    assert_eq!(status.metadata().get("x-kept").unwrap(), "yes");
    let failed = unary::<String, String>(
        &mut client,
        "/test.Failing/Fail",
        tonic::Request::new(String::from("OK")),
    );
    let status = failed.await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(
        status.message(),
        "the handler failed with the status OK; the server's log says more"
    );
}
