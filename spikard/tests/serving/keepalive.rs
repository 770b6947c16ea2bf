//! Peers that are there, and peers that are not.

use std::sync::Arc;
use std::time::Duration;

use h2::client::{Connection, ResponseFuture};
use http::Request;
use spikard::{Bytes, GrpcRequest, GrpcResponse, Server, ServerBuilder, Status, grpc_stream};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::support::{Running, framed};

/// Far longer than anything here takes.
const LONG: Duration = Duration::from_secs(20);

#[derive(Clone, Default)]
struct Wait {
    entered: Arc<Notify>,
    open: Arc<Notify>,
    dropped: Arc<Notify>,
}

struct Dropped(Arc<Notify>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[grpc_stream(service = "test.Keepalive")]
impl Wait {
    async fn wait(&self, _: GrpcRequest) -> Result<GrpcResponse, Status> {
        let _dropped = Dropped(self.dropped.clone());
        self.entered.notify_one();
        self.open.notified().await;
        Ok(GrpcResponse::from(Bytes::new()))
    }

    async fn large(&self, _: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::from(Bytes::from(vec![7; 64 << 20])))
    }
}

fn asking(wait: &Wait, interval: u64, limit: u64) -> ServerBuilder {
    Server::builder()
        .add(wait.clone())
        .keepalive_interval(Some(Duration::from_millis(interval)))
        .keepalive_timeout(Duration::from_millis(limit))
}

/// A call of a client that takes all that is sent to it, but only while the connection is polled; so it is with pings.
async fn call(running: &Running, method: &str) -> (ResponseFuture, Connection<TcpStream>) {
    let stream = TcpStream::connect(running.addr).await.unwrap();
    let (client, connection) = h2::client::Builder::new()
        .initial_window_size(1 << 30)
        .initial_connection_window_size(1 << 30)
        .handshake(stream)
        .await
        .unwrap();
    let mut client = client.ready().await.unwrap();
    let request = Request::post(format!("http://spikard.test/test.Keepalive/{method}"))
        .header("content-type", "application/grpc")
        .body(())
        .unwrap();
    let (response, mut body) = client.send_request(request, false).unwrap();
    body.send_data(framed(false, b""), true).unwrap();
    (response, connection)
}

#[tokio::test]
async fn a_peer_that_answers_no_ping_is_closed() {
    let wait = Wait::default();
    let running = Running::start(asking(&wait, 100, 100)).await;
    let (_response, mut connection) = call(&running, "Wait").await;
    tokio::select! {
        ended = &mut connection => panic!("the connection ended: {ended:?}"),
        () = wait.entered.notified() => {}
    }
    // The socket stays open, but nobody reads from it.
    let dropped = timeout(LONG, wait.dropped.notified()).await;
    dropped.expect("the call of a peer that is gone goes on");
}

#[tokio::test]
async fn a_peer_that_answers_pings_stays_however_long_it_is_silent() {
    let wait = Wait::default();
    // A time-out that was counted from the last frame would be over before the ping.
    let running = Running::start(asking(&wait, 600, 500)).await;
    let (response, connection) = call(&running, "Wait").await;
    let connection = tokio::spawn(connection);
    sleep(Duration::from_millis(1_500)).await;
    assert!(!connection.is_finished(), "the connection was closed");
    wait.open.notify_one();
    let response = timeout(LONG, response).await.expect("an answer comes");
    assert_eq!(response.unwrap().status(), 200);
}

#[tokio::test]
async fn a_peer_that_takes_nothing_is_closed_whatever_is_still_to_be_sent() {
    let builder = asking(&Wait::default(), 100, 100).grace(3 * LONG);
    let running = Running::start(builder).await;
    let (mut response, mut connection) = call(&running, "Large").await;
    let headers = tokio::select! {
        ended = &mut connection => panic!("the connection ended: {ended:?}"),
        headers = &mut response => headers,
    };
    assert_eq!(headers.unwrap().status(), 200);
    // The rest fills the socket. A connection that is not closed would hold up the drain for the whole grace.
    let stopped = timeout(LONG, running.stop()).await;
    let stopped = stopped.expect("the connection of a peer that takes nothing stays");
    stopped.expect("nothing is cut off");
}
