//! How many connections there are, and how old they get.

use std::time::Duration;

use h2::SendStream;
use h2::client::{ResponseFuture, SendRequest};
use http::Request;
use spikard::{Bytes, GrpcRequest, GrpcResponse, Server, ServerBuilder, Status, grpc_stream};
use tokio::time::timeout;
use tonic::client::Grpc;
use tonic::transport::Channel;
use tonic::{IntoRequest, Response};

use crate::support::{Running, framed, raw_call, unary};

/// For what comes in a moment, or not at all.
const WAIT: Duration = Duration::from_secs(30);

#[grpc_stream(service = "test.Connections")]
async fn echo(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::from(request.payload))
}

#[grpc_stream(service = "test.Connections")]
async fn hang(_: GrpcRequest<()>) -> Result<GrpcResponse<()>, Status> {
    std::future::pending().await
}

/// Answers when its connection has had GOAWAY.
#[grpc_stream(service = "test.Connections")]
async fn stay(request: GrpcRequest<()>) -> Result<GrpcResponse<()>, Status> {
    request.call.draining().await;
    Ok(GrpcResponse::from(()))
}

async fn start(set: impl FnOnce(ServerBuilder) -> ServerBuilder) -> Running {
    Running::start(set(Server::builder().add(Echo).add(Hang).add(Stay))).await
}

/// What the server answers to a message.
async fn echoed(client: &mut Grpc<Channel>, message: &[u8]) -> Result<Vec<u8>, Status> {
    let request = message.to_vec().into_request();
    let answer = unary(client, "/test.Connections/Echo", request).await;
    answer.map(Response::into_inner)
}

/// Begins a call that hangs.
async fn begun(
    running: &Running,
    client: SendRequest<Bytes>,
) -> (SendRequest<Bytes>, ResponseFuture, SendStream<Bytes>) {
    let mut client = client.ready().await.unwrap();
    let request = Request::post(format!("http://{}/test.Connections/Hang", running.addr))
        .header("content-type", "application/grpc");
    let (answer, mut stream) = client
        .send_request(request.body(()).unwrap(), false)
        .unwrap();
    stream.send_data(framed(false, b""), true).unwrap();
    (client, answer, stream)
}

#[tokio::test]
async fn a_connection_too_many_waits_until_one_ends() {
    let running = start(|builder| builder.max_connections(1)).await;
    let mut first = running.client().await;
    assert_eq!(echoed(&mut first, b"a").await.unwrap(), b"a");
    // It is connected by the system, and the server does not take it.
    let mut second = running.client().await;
    let call = tokio::spawn(async move { echoed(&mut second, b"a").await });
    echoed(&mut first, b"a").await.unwrap();
    assert!(!call.is_finished());
    drop(first);
    let answer = timeout(WAIT, call).await.expect("a turn").unwrap();
    assert_eq!(answer.unwrap(), b"a");
}

#[tokio::test]
async fn an_old_connection_goes_away_and_its_calls_finish() {
    let age = Duration::from_millis(200);
    let running = start(|builder| builder.max_connection_age(age)).await;
    let (_client, connection) = running.h2().await;
    let ended = timeout(WAIT, connection).await.expect("GOAWAY");
    assert!(ended.is_ok(), "{ended:?}");
    // Clients that know GOAWAY notice nothing.
    let mut client = running.client().await;
    for _ in 0..50 {
        let answer = loop {
            // tonic's client lets go of a call that it has not sent when the connection ends.
            match echoed(&mut client, b"a").await {
                Err(status) if status.message() == "operation was canceled" => {}
                answer => break answer,
            }
        };
        assert_eq!(answer.unwrap(), b"a");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_handler_learns_that_its_connection_is_old() {
    let age = Duration::from_millis(100);
    let running = start(|builder| builder.max_connection_age(age)).await;
    let mut client = running.client().await;
    let stay = unary::<(), ()>(&mut client, "/test.Connections/Stay", ().into_request());
    timeout(WAIT, stay).await.expect("GOAWAY").unwrap();
}

#[tokio::test]
async fn a_connection_without_a_call_goes_away() {
    let idle = Duration::from_millis(200);
    let running = start(|builder| builder.max_connection_idle(idle)).await;
    let (_client, connection) = running.h2().await;
    let ended = timeout(WAIT, connection).await.expect("GOAWAY");
    assert!(ended.is_ok(), "{ended:?}");
}

#[tokio::test]
async fn a_connection_with_a_call_in_flight_is_not_idle() {
    let idle = Duration::from_millis(50);
    let running = start(|builder| builder.max_connection_idle(idle)).await;
    let (client, connection) = running.h2().await;
    let mut connection = tokio::spawn(connection);
    let (client, answer, stream) = begun(&running, client).await;
    assert!(timeout(idle * 10, &mut connection).await.is_err());
    // After GOAWAY no further call can begin.
    let _client = client.ready().await.expect("no GOAWAY");
    drop((answer, stream));
    let ended = timeout(WAIT, connection).await.expect("GOAWAY").unwrap();
    assert!(ended.is_ok(), "{ended:?}");
}

/// The system says of each socket which timer it has; 02 is keepalive's.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_has_tcp_keepalive_where_it_is_set() {
    for (idle, timer) in [(None, "00"), (Some(Duration::from_secs(600)), "02")] {
        let running = start(|builder| builder.tcp_keepalive(idle)).await;
        let mut client = running.client().await;
        assert_eq!(echoed(&mut client, b"a").await.unwrap(), b"a");
        let accepted = format!(" 0100007F:{:04X} 0100007F:", running.addr.port());
        // Segments that are not acknowledged yet have another timer.
        let seen = async {
            while !timers(&accepted).any(|seen| seen.starts_with(timer)) {
                tokio::task::yield_now().await;
            }
        };
        timeout(WAIT, seen).await.expect(timer);
    }
}

#[cfg(target_os = "linux")]
fn timers(addresses: &str) -> impl Iterator<Item = String> {
    let sockets = std::fs::read_to_string("/proc/self/net/tcp").unwrap();
    let lines = sockets
        .lines()
        .filter_map(|line| line.split_once(addresses));
    let timers = lines.filter_map(|(_, rest)| rest.split_whitespace().nth(3));
    timers.map(String::from).collect::<Vec<_>>().into_iter()
}

#[tokio::test]
async fn after_its_grace_an_old_connection_is_closed_with_what_is_left() {
    let (age, grace) = (Duration::from_millis(100), Duration::from_millis(100));
    let running = start(|builder| {
        let builder = builder.max_connection_age(age);
        builder.max_connection_age_grace(grace)
    })
    .await;
    let (client, connection) = running.h2().await;
    let (_client, answer, _stream) = begun(&running, client).await;
    let _ = timeout(WAIT, connection).await.expect("an end");
    assert!(answer.await.is_err());
}

#[tokio::test]
async fn a_header_list_of_20_kib_is_taken() {
    let running = start(|builder| builder).await;
    let token = "x".repeat(20 << 10);
    let headers = [("authorization", token.as_str())];
    let path = "/test.Connections/Missing";
    let status = raw_call(running.addr, path, &headers, framed(false, b"")).await;
    assert_eq!(
        status.message(),
        "this server has no method /test.Connections/Missing"
    );
}
