//! The end of a grace period.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::Request;
use spikard::{
    Code, GrpcClientStreamRequest, GrpcRequest, GrpcResponse, ServeError, Server, Status,
    grpc_stream,
};
use tokio::sync::Notify;
use tokio::time::{pause, sleep};
use tonic::IntoRequest;
use tonic_types::StatusExt as _;

use crate::support::{Running, codec, framed, path, ready, unary};

const GRACE: Duration = Duration::from_millis(200);

/// Longer than a peer has to respond to GOAWAY, in a test whose clock stands still while anything happens.
const LONG: Duration = Duration::from_secs(60);

/// A handler that never answers, and one that waits for its client.
#[derive(Default)]
struct Stuck {
    entered: Arc<Notify>,
    /// Lives as long as the handler.
    alive: Arc<()>,
}

#[grpc_stream(service = "test.Stuck")]
impl Stuck {
    async fn hang(&self, _: GrpcRequest<()>) -> Result<GrpcResponse<String>, Status> {
        let _alive = self.alive.clone();
        self.entered.notify_one();
        std::future::pending().await
    }

    /// Ends by itself when the server drains.
    async fn watch(&self, request: GrpcRequest<()>) -> Result<GrpcResponse<String>, Status> {
        self.entered.notify_one();
        request.call.draining().await;
        Ok(GrpcResponse::from(String::from("until the drain")))
    }

    /// Goes on for long after that.
    async fn finish(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        self.entered.notify_one();
        request.call.draining().await;
        sleep(LONG).await;
        Ok(GrpcResponse::from(request.payload))
    }

    async fn upload(
        &self,
        request: GrpcClientStreamRequest<String>,
    ) -> Result<GrpcResponse<u64>, Status> {
        Ok(GrpcResponse::from(request.messages.len() as u64))
    }
}

#[tokio::test]
async fn calls_that_are_cut_off_are_answered_and_their_handlers_are_gone() {
    let stuck = Stuck::default();
    let (entered, alive) = (stuck.entered.clone(), Arc::downgrade(&stuck.alive));
    let running = Running::start(Server::builder().add(stuck).grace(GRACE)).await;
    let mut client = running.client().await;
    let mut uploader = client.clone();
    let upload = tokio::spawn(async move {
        let never_half_closed = tonic::Request::new(tokio_stream::pending::<String>());
        let sent = ready(&mut uploader)
            .await
            .client_streaming::<_, String, u64, _>(
                never_half_closed,
                path("/test.Stuck/Upload"),
                codec(),
            );
        sent.await.map(|_| ())
    });
    tokio::task::yield_now().await;
    let hang = tokio::spawn(async move {
        let sent = unary::<(), String>(&mut client, "/test.Stuck/Hang", ().into_request());
        sent.await.map(|_| ())
    });
    entered.notified().await;
    let begun = Instant::now();
    let ended = running.stop().await;
    assert!(begun.elapsed() >= GRACE, "the grace period was cut short");
    assert!(
        matches!(ended, Err(ServeError::CutOff { calls: 2 })),
        "{ended:?}"
    );
    assert_eq!(
        alive.strong_count(),
        0,
        "the handler goes on after its server"
    );
    for (call, retried) in [(hang, true), (upload, false)] {
        let status = call.await.unwrap().unwrap_err();
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        assert!(status.message().contains("grace period"), "{status}");
        let info = status.get_details_retry_info().unwrap();
        assert_eq!(info.retry_delay, Some(Duration::from_secs(1)));
        let pushback = status.metadata().contains_key("grpc-retry-pushback-ms");
        assert_eq!(pushback, !retried, "{status:?}");
    }
}

#[tokio::test]
async fn a_handler_learns_of_the_drain() {
    let stuck = Stuck::default();
    let entered = stuck.entered.clone();
    let grace = Duration::from_secs(600);
    let running = Running::start(Server::builder().add(stuck).grace(grace)).await;
    let mut client = running.client().await;
    let watch = tokio::spawn(async move {
        unary::<(), String>(&mut client, "/test.Stuck/Watch", ().into_request()).await
    });
    entered.notified().await;
    assert!(!watch.is_finished());
    running.stop().await.unwrap();
    let answer = watch.await.unwrap().unwrap();
    assert_eq!(answer.into_inner(), "until the drain");
}

/// As if its machine had lost its power, or its router had forgotten it.
#[tokio::test]
async fn a_peer_that_is_gone_does_not_hold_up_the_drain() {
    let builder = Server::builder().add(Stuck::default());
    let builder = builder.keepalive_interval(None).grace(20 * LONG);
    let running = Running::start(builder).await;
    let (mut client, mut connection) = running.h2().await;
    // The server has its preface once it has answered.
    let missing = Request::post("http://spikard.test/test.Stuck/Missing");
    let (answer, _) = client
        .send_request(missing.body(()).unwrap(), true)
        .unwrap();
    tokio::select! {
        answer = answer => answer.map(drop).unwrap(),
        ended = &mut connection => panic!("the connection ended: {ended:?}"),
    }
    pause();
    let begun = tokio::time::Instant::now();
    running.stop().await.expect("no call is cut off");
    assert!(begun.elapsed() < LONG, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn the_call_of_a_silent_peer_finishes() {
    let stuck = Stuck::default();
    let entered = stuck.entered.clone();
    let builder = Server::builder().add(stuck);
    let builder = builder.keepalive_interval(None).grace(20 * LONG);
    let running = Running::start(builder).await;
    let (mut client, mut connection) = running.h2().await;
    let finish = Request::post("http://spikard.test/test.Stuck/Finish")
        .header("content-type", "application/grpc");
    let (answer, mut body) = client
        .send_request(finish.body(()).unwrap(), false)
        .unwrap();
    body.send_data(framed(false, b"here"), true).unwrap();
    tokio::select! {
        ended = &mut connection => panic!("the connection ended: {ended:?}"),
        () = entered.notified() => {}
    }
    pause();
    let begun = tokio::time::Instant::now();
    running.stop().await.expect("no call is cut off");
    assert!(begun.elapsed() < 2 * LONG, "{:?}", begun.elapsed());
    // It is in the client's socket.
    let received = async {
        let mut body = answer.await.unwrap().into_body();
        body.data().await.unwrap().unwrap()
    };
    let (data, ended) = tokio::join!(received, connection);
    assert_eq!(data, framed(false, b"here"));
    ended.unwrap();
}
