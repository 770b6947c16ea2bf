//! What gRPC over HTTP/2 asks of a server, beyond what its clients see.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use h2::RecvStream;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use spikard::{
    GrpcClientStreamRequest, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest, GrpcResponse,
    Server, Status, grpc_stream,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::body::Body;
use tower::ServiceExt as _;
use tracing::Level;

use crate::log::Log;
use crate::support::{Running, framed, raw_response};

#[grpc_stream(service = "test.Protocol")]
async fn echo(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::from(request.payload))
}

/// Sends a request without a body.
async fn sent(addr: SocketAddr, request: Request<()>) -> Response<RecvStream> {
    let stream = TcpStream::connect(addr).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let mut client = client.ready().await.unwrap();
    let (response, _) = client.send_request(request, true).unwrap();
    response.await.unwrap()
}

async fn text(mut body: RecvStream) -> String {
    let mut text = Vec::new();
    while let Some(chunk) = body.data().await {
        text.extend_from_slice(&chunk.unwrap());
    }
    String::from_utf8(text).unwrap()
}

const PATHS: [&str; 4] = ["/healthz", "/test.Protocol/Echo", "/test.Protocol/Not", "/"];

#[tokio::test]
async fn what_is_not_grpc_is_refused_in_http_whatever_its_path() {
    let running = Running::start(Server::builder().add(Echo).health()).await;
    for path in PATHS.into_iter().chain(["/grpc.health.v1.Health/Check"]) {
        for method in ["GET", "HEAD", "PUT", "OPTIONS", "PRI"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = Request::builder()
                .method(&method)
                .uri(format!("http://{}{path}", running.addr))
                .header("content-type", "application/grpc");
            let response = sent(running.addr, request.body(()).unwrap()).await;
            let status = StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(response.status(), status, "{method} {path}");
            assert_eq!(response.headers()["allow"], "POST", "{method} {path}");
            assert!(!response.headers().contains_key("grpc-status"));
            let text = text(response.into_body()).await;
            assert_eq!(text.is_empty(), method == Method::HEAD, "{text}");
        }
        for content_type in [
            "",
            "application/json",
            "application/grpc-web+proto",
            "application/grpc+json",
            "application/grpc+foo",
        ] {
            let request = Request::post(format!("http://{}{path}", running.addr))
                .header("content-type", content_type);
            let response = sent(running.addr, request.body(()).unwrap()).await;
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            assert_eq!(response.status(), status, "{content_type} {path}");
            let accepted = &response.headers()["accept-post"];
            assert_eq!(accepted, "application/grpc, application/grpc+proto");
            let text = text(response.into_body()).await;
            let expected = format!(
                "the content-type {content_type:?} is not served: \
                 send protobuf as application/grpc or application/grpc+proto\n"
            );
            assert_eq!(text, expected);
        }
    }
}

#[tokio::test]
async fn of_a_long_path_the_log_has_the_beginning() {
    let (log, _taken) = Log::taken_at(Level::DEBUG);
    let running = Running::start(Server::builder().add(Echo)).await;
    let path = format!("/{}", "x".repeat(10_000));
    let request = Request::get(format!("http://{}{path}", running.addr));
    sent(running.addr, request.body(()).unwrap()).await;
    let line = log.line("not a gRPC request").await;
    assert!(line.starts_with("DEBUG "), "{line}");
    assert!(line.contains("x… (10001 bytes)"), "{line}");
    assert!(line.len() < 500, "{line}");
}

#[tokio::test]
async fn no_tunnel_is_established() {
    let running = Running::start(Server::builder().add(Echo)).await;
    let request = Request::builder()
        .method(Method::CONNECT)
        .uri("elsewhere.test:443");
    let response = sent(running.addr, request.body(()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_service_in_another_server_refuses_the_same() {
    for path in PATHS {
        let get = Request::get(path).body(Body::empty()).unwrap();
        let response = Echo.oneshot(get).await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let post = Request::post(path).header("content-type", "application/grpc+json");
        let response = Echo.oneshot(post.body(Body::empty()).unwrap());
        let status = response.await.unwrap().status();
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path}");
    }
}

#[tokio::test]
async fn a_client_that_names_an_encoding_is_told_which_are_accepted() {
    let running = Running::start(Server::builder().add(Echo)).await;
    let all = Some("identity,gzip,deflate,zstd");
    for (encoding, told) in [
        (None, None),
        (Some("identity"), all),
        (Some("gzip"), all),
        (Some("middle-out"), all),
    ] {
        let headers: Vec<_> = encoding
            .map(|name| ("grpc-encoding", name))
            .into_iter()
            .collect();
        let body = framed(false, b"x");
        let response = raw_response(running.addr, "/test.Protocol/Echo", &headers, body).await;
        let accepted = response.headers().get("grpc-accept-encoding");
        let accepted = accepted.map(|value| value.to_str().unwrap());
        assert_eq!(accepted, told, "{encoding:?}");
    }
}

#[grpc_stream(service = "test.Protocol")]
async fn binary(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    let values = request.metadata.get_all_bin("x-raw-bin").iter();
    let decoded: Vec<String> = values
        .map(|value| format!("{:?}", &value.to_bytes().unwrap()[..]))
        .collect();
    Ok(GrpcResponse::from(Bytes::from(decoded.join(" "))))
}

#[tokio::test]
async fn a_handler_reads_joined_binary_values_one_by_one() {
    let running = Running::start(Server::builder().add(Binary)).await;
    let headers = [("x-raw-bin", "AAE,//4= , Ag"), ("x-raw-bin", "Aw")];
    let body = framed(false, b"");
    let body = crate::support::raw_body(running.addr, "/test.Protocol/Binary", &headers, body);
    assert_eq!(&body.await[5..], b"[0, 1] [255, 254] [2] [3]");
}

#[grpc_stream(service = "test.Protocol")]
async fn upload(request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
    assert!(!request.metadata.contains_key("x-trailer"));
    Ok(GrpcResponse::from(Bytes::from(request.messages.concat())))
}

#[grpc_stream(service = "test.Protocol")]
async fn talk(request: GrpcDuplexRequest) -> Result<GrpcDuplexResponse, Status> {
    Ok(GrpcDuplexResponse::from(request.messages))
}

/// gRPC gives them no meaning, and HTTP/2 allows them.
#[tokio::test]
async fn trailers_of_a_request_are_a_half_close() {
    let builder = Server::builder().add(Echo).add(Upload).add(Talk);
    let running = Running::start(builder).await;
    for method in ["Echo", "Upload", "Talk"] {
        let (client, connection) = running.h2().await;
        tokio::spawn(connection);
        let request = Request::post(format!("http://{}/test.Protocol/{method}", running.addr))
            .header("content-type", "application/grpc")
            .body(());
        let mut client = client.ready().await.unwrap();
        let (response, mut stream) = client.send_request(request.unwrap(), false).unwrap();
        stream.send_data(framed(false, b"one"), false).unwrap();
        let mut trailers = HeaderMap::new();
        trailers.insert("x-trailer", "ignored".parse().unwrap());
        stream.send_trailers(trailers).unwrap();
        let mut body = response.await.unwrap().into_body();
        let answer = body.data().await.unwrap().unwrap();
        assert_eq!(answer, framed(false, b"one"), "{method}");
        assert!(body.data().await.is_none(), "{method}");
        let trailers = body.trailers().await.unwrap().unwrap();
        assert_eq!(trailers["grpc-status"], "0", "{method}");
    }
}

#[tokio::test]
async fn a_peer_that_does_not_speak_http2_sees_the_connection_end() {
    let running = Running::start(Server::builder().add(Echo)).await;
    let mut peer = TcpStream::connect(running.addr).await.unwrap();
    let request = format!(
        "GET / HTTP/1.1\r\nhost: test\r\nx-long: {}\r\n\r\n",
        "x".repeat(9000)
    );
    peer.write_all(request.as_bytes()).await.unwrap();
    let mut greeting = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(30), peer.read_to_end(&mut greeting));
    // Not reset, which could take with it what the server has said.
    ended.await.unwrap().unwrap();
}
