//! Listening sockets: what waits in them at the end, and who shares them.

use std::net::SocketAddr;
use std::time::Duration;

use http::Request;
use spikard::{GrpcRequest, GrpcResponse, ServeError, Server, Status, grpc_stream};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::log::Log;
use crate::support::{framed, raw_body};

/// For what comes in a moment, or not at all.
const WAIT: Duration = Duration::from_secs(30);

#[grpc_stream(service = "test.Listening")]
async fn echo(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::from(request.payload))
}

/// A call on a socket that is connected; its HTTP status.
async fn call(stream: TcpStream, addr: SocketAddr) -> u16 {
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let request = Request::post(format!("http://{addr}/test.Listening/Echo"))
        .header("content-type", "application/grpc")
        .body(())
        .unwrap();
    let mut client = client.ready().await.unwrap();
    let (response, mut sender) = client.send_request(request, false).unwrap();
    sender.send_data(framed(false, b"a"), true).unwrap();
    response.await.unwrap().status().as_u16()
}

/// As localhost has them, whose first is often `::1`: a client that writes 127.0.0.1 would be refused.
#[tokio::test]
async fn of_several_addresses_one_is_taken_and_the_others_are_named() {
    let (log, _taken) = Log::taken();
    let addresses = ["[::1]:0", "127.0.0.1:0"].map(|address| address.parse().unwrap());
    for shared in [false, true] {
        let builder = Server::builder().add(Echo).reuse_port(shared);
        let server = builder.bind::<&[SocketAddr]>(&addresses).await.unwrap();
        let addr = server.local_addr().unwrap();
        assert!(addr.is_ipv4(), "{addr}");
    }
    let expected = "the server listens on 127.0.0.1 alone, not on [::1]";
    let lines = log.lines();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    for line in lines {
        assert!(
            line.starts_with("WARN ") && line.contains(expected),
            "{line}"
        );
    }
}

#[tokio::test]
async fn connections_that_wait_to_be_accepted_are_served_before_the_end() {
    let server = Server::builder().add(Echo).bind("127.0.0.1:0").await;
    let server = server.unwrap();
    let addr = server.local_addr().unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        // The system connects it; nobody has accepted it.
        let stream = TcpStream::connect(addr).await.unwrap();
        calls.spawn(call(stream, addr));
    }
    // Told to stop before it begins.
    server.serve_with_shutdown(async {}).await.unwrap();
    assert_eq!(calls.join_all().await, [200; 20]);
}

#[tokio::test]
async fn a_connection_that_has_just_been_accepted_may_begin_during_the_drain() {
    let server = Server::builder().add(Echo).bind("127.0.0.1:0").await;
    let server = server.unwrap();
    let addr = server.local_addr().unwrap();
    let newcomer = TcpStream::connect(addr).await.unwrap();
    let serving = tokio::spawn(server.serve_with_shutdown(async {}));
    // Until the server has stopped listening.
    while TcpStream::connect(addr).await.is_ok() {}
    assert_eq!(call(newcomer, addr).await, 200);
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_connection_that_says_nothing_holds_the_end_up_for_a_second_at_most() {
    let server = Server::builder()
        .add(Echo)
        .grace(Duration::from_secs(600))
        .bind("127.0.0.1:0")
        .await
        .unwrap();
    let _silent = TcpStream::connect(server.local_addr().unwrap())
        .await
        .unwrap();
    let served = timeout(WAIT, server.serve_with_shutdown(async {})).await;
    served.expect("the end of the server").unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn servers_that_say_so_share_a_port() {
    let shared = || Server::builder().add(Echo).reuse_port(true);
    let first = shared().bind("127.0.0.1:0").await.unwrap();
    let addr = first.local_addr().unwrap();
    let second = shared().bind(addr).await.unwrap();
    assert_eq!(second.local_addr(), Some(addr));
    let alone = Server::builder().add(Echo).bind(addr).await;
    let error = alone.expect_err("it does not share");
    assert!(matches!(error, ServeError::Bind { .. }), "{error}");
    drop(first);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(second.serve_with_shutdown(async {
        let _ = stopped.await;
    }));
    let answer = raw_body(addr, "/test.Listening/Echo", &[], framed(false, b"a")).await;
    assert_eq!(answer, framed(false, b"a"));
    drop(stop);
    serving.await.unwrap().unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_port_of_a_server_that_does_not_share_is_taken() {
    let alone = Server::builder().add(Echo).bind("127.0.0.1:0").await;
    let addr = alone.as_ref().unwrap().local_addr().unwrap();
    let error = Server::builder()
        .add(Echo)
        .reuse_port(true)
        .bind(addr)
        .await
        .expect_err("the other does not share");
    assert!(error.to_string().contains("cannot listen on"), "{error}");
    drop(alone);
}
