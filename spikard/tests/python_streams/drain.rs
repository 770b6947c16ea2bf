//! Python handlers learn that the connection of their call drains.

use std::time::Duration;

use spikard::{
    Bytes, Code, GrpcDuplexResponse, GrpcRequest, GrpcResponse, Server, Status, grpc_stream,
};
use tokio::time::timeout;
use tonic::client::Grpc;
use tonic::transport::Channel;

use crate::client::{all, said, server_stream};
use crate::python_support::interpreter;
use crate::raw::Raw;
use crate::support::{Running, path, ready};

struct Operating;

#[grpc_stream(service = "test.Operating")]
impl Operating {
    #[grpc(python = "operating:watch")]
    async fn watch(&self, request: GrpcRequest) -> Result<GrpcDuplexResponse, Status>;

    #[grpc(python = "operating:wait")]
    async fn wait(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;

    #[grpc(python = "operating:work")]
    async fn work(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;

    #[grpc(python = "operating:loop_of_its_own")]
    async fn loop_of_its_own(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;

    #[grpc(python = "operating:gives_up")]
    async fn gives_up(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;

    #[grpc(python = "operating:copies")]
    async fn copies(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;
}

fn server() -> spikard::ServerBuilder {
    interpreter();
    Server::builder().add(Operating)
}

async fn unary(client: &mut Grpc<Channel>, method: &'static str) -> Result<Bytes, Status> {
    let request = tonic::Request::new(Bytes::from_static(b"done"));
    let client = ready(client).await;
    let answer = client.unary(request, path(method), Raw).await?;
    Ok(answer.into_inner())
}

/// What waits for the drain ends with it, whichever way it waits, and is answered.
#[tokio::test]
async fn handlers_learn_of_the_drain() {
    let running = Running::start(server()).await;
    let mut client = running.client().await;
    let watched = server_stream(&mut client, "/test.Operating/Watch", "", "").await;
    let mut watched = watched.unwrap().into_inner();
    assert_eq!(watched.message().await.unwrap().unwrap(), "no");
    let methods = ["Wait", "Work", "LoopOfItsOwn"].map(|name| {
        let mut client = client.clone();
        let method: &'static str = format!("/test.Operating/{name}").leak();
        tokio::spawn(async move { unary(&mut client, method).await })
    });
    let in_flight = async {
        while said("operating:arrivals", "").await != "LoopOfItsOwn Wait Work" {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(30), in_flight).await.unwrap();
    let stopped = running.stop();
    for answered in methods {
        assert_eq!(answered.await.unwrap().unwrap(), "done");
    }
    let (found, status) = all(&mut watched).await;
    assert_eq!(
        (found.as_slice(), status.is_none()),
        (&["yes".into()][..], true)
    );
    stopped.await.unwrap();
}

#[tokio::test]
async fn a_handler_that_waits_no_longer_goes_on() {
    let running = Running::start(server()).await;
    let mut client = running.client().await;
    for _ in 0..3 {
        let answered = unary(&mut client, "/test.Operating/GivesUp").await;
        assert_eq!(answered.unwrap(), "done");
    }
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_request_can_be_copied_and_cross_into_other_processes() {
    let running = Running::start(server()).await;
    let mut client = running.client().await;
    let answered = unary(&mut client, "/test.Operating/Copies").await;
    assert_eq!(answered.unwrap(), "done");
    running.stop().await.unwrap();
}

/// It is the connection that drains: one that is old does, and the server does not.
#[tokio::test]
async fn handlers_learn_of_the_age_of_their_connection() {
    let builder = server().max_connection_age(Duration::from_millis(300));
    let running = Running::start(builder).await;
    let mut client = running.client().await;
    let watched = server_stream(&mut client, "/test.Operating/Watch", "", "").await;
    let (found, status) = all(&mut watched.unwrap().into_inner()).await;
    assert!(status.is_none(), "{status:?}");
    assert_eq!(found, ["no", "yes"]);
    running.stop().await.unwrap();
}

/// Of two servers in a process, only the calls of the one that drains learn of it.
#[tokio::test]
async fn each_server_drains_alone() {
    let (one, other) = (
        Running::start(server()).await,
        Running::start(server()).await,
    );
    let mut clients = [one.client().await, other.client().await];
    let mut streams = Vec::new();
    for client in &mut clients {
        let watched = server_stream(client, "/test.Operating/Watch", "", "").await;
        let mut watched = watched.unwrap().into_inner();
        assert_eq!(watched.message().await.unwrap().unwrap(), "no");
        streams.push(watched);
    }
    let stopped = one.stop();
    let (found, _) = all(&mut streams[0]).await;
    assert_eq!(found, ["yes"]);
    stopped.await.unwrap();
    // A call of the other one does not think that it drains.
    let answered = unary(&mut clients[1], "/test.Operating/GivesUp").await;
    assert_eq!(answered.unwrap(), "done");
    assert_eq!(
        unary(&mut clients[0], "/test.Operating/GivesUp")
            .await
            .unwrap_err()
            .code(),
        Code::Unavailable
    );
    let stopped = other.stop();
    let (found, _) = all(&mut streams[1]).await;
    assert_eq!(found, ["yes"]);
    stopped.await.unwrap();
}
