//! What the server says of faults, at the level that is seen.

use std::io;
use std::sync::Arc;

use http::{Request, Response};
use spikard::__private::{ResponseFuture, ServerCall};
use spikard::{
    Code, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest, GrpcResponse, GrpcService,
    LayeredService, Messages, MethodInfo, Server, Status, grpc_stream,
};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tonic::body::Body;

use crate::log::Log;
use crate::support::{Running, codec, framed, path, raw_call, raw_response, ready, unary};
use crate::tls::Files;

#[grpc_stream(service = "test.Logged")]
async fn fail(request: GrpcRequest<String>) -> Result<GrpcResponse<String>, Status> {
    match request.payload.as_str() {
        "internal" => {
            let mut status = Status::internal("no answer");
            status.set_source(Arc::new(io::Error::other("the disk is gone")));
            Err(status)
        }
        "unknown" => Err(Status::unknown("what is this")),
        "system" => {
            let text = std::fs::read_to_string("/no/such/file")?;
            Ok(GrpcResponse::from(text))
        }
        "panic" => panic!("out of orders"),
        "ok" => Err(Status::new(Code::Ok, "no failure at all")),
        _ => Err(Status::not_found("no such order")),
    }
}

/// The status of a call, and the lines that it left.
async fn failed(payload: &str) -> (Status, Vec<String>) {
    let (log, _taken) = Log::taken();
    let running = Running::start(Server::builder().add(Fail)).await;
    let mut client = running.client().await;
    let request = tonic::Request::new(payload.to_owned());
    let answer = unary::<_, String>(&mut client, "/test.Logged/Fail", request).await;
    let lines = log.lines();
    running.stop().await.unwrap();
    (answer.unwrap_err(), lines)
}

#[tokio::test]
async fn a_fault_of_the_server_is_an_error_with_its_cause_and_its_call() {
    for (payload, cause) in [
        ("internal", "no answer: the disk is gone"),
        ("unknown", "what is this"),
    ] {
        let (_, lines) = failed(payload).await;
        let [line] = &lines[..] else {
            panic!("{lines:#?}");
        };
        assert!(line.starts_with("ERROR "), "{line}");
        assert!(line.contains(cause), "{line}");
        assert!(line.contains("rpc.method=test.Logged/Fail"), "{line}");
    }
}

#[tokio::test]
async fn a_fault_of_the_client_is_no_error() {
    let (status, lines) = failed("").await;
    assert_eq!(status.code(), Code::NotFound);
    assert!(lines.is_empty(), "{lines:#?}");
}

#[tokio::test]
async fn an_error_of_the_operating_system_is_told_to_the_log_and_to_no_client() {
    let (status, lines) = failed("system").await;
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(
        status.message(),
        "the handler failed; the server's log says more"
    );
    let [line] = &lines[..] else {
        panic!("{lines:#?}");
    };
    assert!(line.starts_with("ERROR "), "{line}");
    assert!(line.contains("No such file or directory"), "{line}");
    assert!(line.contains("rpc.method=test.Logged/Fail"), "{line}");
}

#[tokio::test]
async fn a_panic_says_where_it_was() {
    let (_, lines) = failed("panic").await;
    let [line] = &lines[..] else {
        panic!("{lines:#?}");
    };
    assert!(line.starts_with("ERROR "), "{line}");
    assert!(line.contains("out of orders"), "{line}");
    assert!(line.contains("tests/serving/logged.rs:"), "{line}");
    assert!(line.contains("rpc.method=test.Logged/Fail"), "{line}");
}

#[tokio::test]
async fn a_failure_that_is_ok_says_whose_it_is() {
    let (_, lines) = failed("ok").await;
    let [line] = &lines[..] else {
        panic!("{lines:#?}");
    };
    assert!(line.starts_with("ERROR "), "{line}");
    assert!(line.contains("in otel.name=test.Logged/Fail"), "{line}");
}

#[grpc_stream(service = "test.Logged")]
async fn fail_later(_: GrpcRequest<()>) -> Result<GrpcDuplexResponse<u32>, Status> {
    let stream = tokio_stream::iter([Ok(1), Err(Status::internal("the stream is dry"))]);
    Ok(GrpcDuplexResponse::from(Messages::new(stream)))
}

#[grpc_stream(service = "test.Logged")]
async fn pass_on(request: GrpcDuplexRequest<String>) -> Result<GrpcDuplexResponse<String>, Status> {
    Ok(GrpcDuplexResponse::from(request.messages))
}

#[tokio::test]
async fn a_stream_that_fails_is_logged_too() {
    let (log, _taken) = Log::taken();
    let running = Running::start(Server::builder().add(FailLater)).await;
    let mut client = running.client().await;
    let mut stream = ready(&mut client)
        .await
        .server_streaming(
            tonic::Request::new(()),
            path("/test.Logged/FailLater"),
            codec::<(), u32>(),
        )
        .await
        .unwrap()
        .into_inner();
    stream.message().await.unwrap();
    stream.message().await.unwrap_err();
    let line = log.line("the stream is dry").await;
    assert!(line.starts_with("ERROR "), "{line}");
    assert!(line.contains("rpc.method=test.Logged/FailLater"), "{line}");
}

#[tokio::test]
async fn a_client_cannot_fill_the_log_through_a_handler_that_passes_its_fault_on() {
    let (log, _taken) = Log::taken();
    let running = Running::start(Server::builder().add(PassOn)).await;
    // A string whose length is more than there is.
    let body = framed(false, b"\x0a\x05x");
    let response = raw_response(running.addr, "/test.Logged/PassOn", &[], body).await;
    let mut stream = response.into_body();
    while stream.data().await.is_some() {}
    let trailers = stream.trailers().await.unwrap().unwrap();
    let status = Status::from_header_map(&trailers).unwrap();
    assert_eq!(status.code(), Code::Internal, "{status}");
    assert!(log.lines().is_empty(), "{:#?}", log.lines());
}

#[tokio::test]
async fn a_client_that_breaks_http2_is_seen_and_one_that_goes_is_not() {
    let (log, _taken) = Log::taken();
    let running = Running::start(Server::builder().add(Fail)).await;
    drop(running.client().await);
    let mut socket = TcpStream::connect(running.addr).await.unwrap();
    let text = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
    socket.write_all(text).await.unwrap();
    let line = log.line("broke HTTP/2").await;
    assert!(line.starts_with("WARN "), "{line}");
    assert!(line.contains("127.0.0.1"), "{line}");
    assert_eq!(log.lines().len(), 1, "{:#?}", log.lines());
}

#[tokio::test]
async fn a_tls_handshake_that_fails_is_seen_and_a_probe_of_the_port_is_not() {
    let (log, _taken) = Log::taken();
    let tls = Files::new("logged").tls();
    let running = Running::start(Server::builder().add(Fail).tls(tls)).await;
    drop(TcpStream::connect(running.addr).await.unwrap());
    for _ in 0..3 {
        let mut socket = TcpStream::connect(running.addr).await.unwrap();
        socket.write_all(b"PRI * HTTP/2.0\r\n\r\n").await.unwrap();
        let mut rest = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut socket, &mut rest).await;
    }
    let line = log.line("TLS handshake failed").await;
    assert!(line.starts_with("INFO "), "{line}");
    assert!(line.contains("127.0.0.1"), "{line}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_server_that_cannot_accept_says_so_once_and_when_it_can_again() {
    let (log, _taken) = Log::taken();
    // The system forgets a port that it chose itself when the socket is shut down.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = free.local_addr().unwrap();
    drop(free);
    let listener = TcpListener::bind(addr).await.unwrap();
    let listener = listener.into_std().unwrap();
    let socket = socket2::Socket::from(listener.try_clone().unwrap());
    let listener = TcpListener::from_std(listener).unwrap();
    let server = Server::builder().add(Fail).listen_on(listener).unwrap();
    let serving = tokio::spawn(server.serve_with_shutdown(std::future::pending()));
    // A connection that comes and goes interrupts the wait.
    drop(TcpStream::connect(addr).await.unwrap());
    socket.shutdown(std::net::Shutdown::Read).unwrap();
    log.line("was shut down").await;
    // Several attempts to accept, each of which fails.
    tokio::time::sleep(std::time::Duration::from_millis(350)).await;
    socket.listen(16).unwrap();
    let _connected = TcpStream::connect(addr).await.unwrap();
    let again = log.line("accepted again").await;
    assert!(again.starts_with("INFO "), "{again}");
    assert_eq!(log.lines().len(), 2, "{:#?}", log.lines());
    serving.abort();
}

/// A service of a `.proto` with another method.
struct Part(Fail);

impl GrpcService for Part {
    const NAME: &'static str = Fail::NAME;
    const METHODS: &'static [MethodInfo] = Fail::METHODS;
    const DECLARED: &'static [&'static str] = &["Succeed", "Fail", "Leave"];

    fn call(self: Arc<Self>, index: usize, call: ServerCall) -> ResponseFuture {
        Arc::new(self.0).call(index, call)
    }
}

#[tokio::test]
async fn a_method_without_a_handler_is_named_at_the_start() {
    let (log, _taken) = Log::taken();
    let builder = Server::builder().add(Part(Fail)).add(FailLater);
    let table = builder.table().to_string();
    let last = table.lines().last().unwrap();
    let cells: Vec<&str> = last.split_whitespace().collect();
    assert_eq!(
        cells,
        ["test.Logged", "Leave", "-", "none:", "UNIMPLEMENTED", "-"]
    );
    drop(builder.bind("127.0.0.1:0").await.unwrap());
    let lines = log.lines();
    let [line] = &lines[..] else {
        panic!("{lines:#?}");
    };
    assert!(line.starts_with("WARN "), "{line}");
    assert!(
        line.contains("test.Logged has no handler for Succeed, Leave: calls of them are answered"),
        "{line}"
    );
}

#[tokio::test]
async fn a_layer_that_fails_is_logged_too() {
    let (log, _taken) = Log::taken();
    let broken = tower::layer::layer_fn(|_: LayeredService| {
        tower::service_fn(
            async |_: Request<Body>| -> Result<Response<Body>, io::Error> {
                Err(io::Error::other("the cache is gone"))
            },
        )
    });
    let running = Running::start(Server::builder().add(Fail).layer(broken)).await;
    let body = framed(false, b"");
    let status = raw_call(running.addr, "/test.Logged/Fail", &[], body).await;
    assert_eq!(status.code(), Code::Unknown);
    let line = log.line("a layer failed").await;
    assert!(line.starts_with("ERROR "), "{line}");
    assert!(line.contains("the cache is gone"), "{line}");
}
