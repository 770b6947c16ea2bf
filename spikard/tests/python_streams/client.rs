//! The tested service, and a client of raw messages for it.

use std::time::Duration;

use spikard::{
    Bytes, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest, Server, Status, grpc_stream,
};
use tokio_stream::Stream;
use tonic::client::Grpc;
use tonic::transport::Channel;
use tonic::{Response, Streaming};

use crate::python_support::{interpreter, unary};
use crate::raw::Raw;
use crate::support::{Running, path, ready};

pub(crate) type Answer = Result<GrpcDuplexResponse, Status>;

pub(crate) struct Streams;

#[grpc_stream(service = "test.Streams")]
impl Streams {
    #[grpc(python = "streaming:echo")]
    async fn echo(&self, request: GrpcDuplexRequest) -> Answer;

    #[grpc(python = "streaming:handed_over")]
    async fn handed_over(&self, request: GrpcDuplexRequest) -> Answer;

    #[grpc(python = "streaming:returned")]
    async fn returned(&self, request: GrpcDuplexRequest) -> Answer;

    #[grpc(python = "streaming:waiting")]
    async fn waiting(&self, request: GrpcDuplexRequest) -> Answer;

    #[grpc(python = "streaming:silent")]
    async fn silent(&self, request: GrpcRequest) -> Answer;

    #[grpc(python = "streaming:silent", timeout = "200ms")]
    async fn late(&self, request: GrpcRequest) -> Answer;

    #[grpc(python = "streaming:endless", timeout = "500ms")]
    async fn endless_but_late(&self, request: GrpcRequest) -> Answer;

    #[grpc(python = "streaming:endless")]
    async fn endless(&self, request: GrpcRequest) -> Answer;

    #[grpc(python = "streaming:gated")]
    async fn gated(&self, request: GrpcDuplexRequest) -> Answer;

    #[grpc(python = "streaming:limited", max_messages = 3)]
    async fn limited(&self, request: GrpcDuplexRequest) -> Answer;

    #[grpc(python = "streaming:raising")]
    async fn raising(&self, request: GrpcRequest) -> Answer;

    #[grpc(python = "streaming:raising_at_once")]
    async fn raising_at_once(&self, request: GrpcRequest) -> Answer;

    #[grpc(python = "streaming:growing")]
    async fn growing(&self, request: GrpcRequest) -> Answer;

    #[grpc(python = "streaming:listed")]
    async fn listed(&self, request: GrpcRequest) -> Answer;

    #[grpc(python = "streaming:certificates")]
    async fn certificates(&self, request: GrpcRequest) -> Answer;
}

pub(crate) type Answered = Result<Response<Streaming<Bytes>>, Status>;

pub(crate) async fn start() -> (Running, Grpc<Channel>) {
    interpreter();
    let running = Running::start(Server::builder().add(Streams)).await;
    let client = running.client().await;
    (running, client)
}

/// Sends the messages of a stream; `name` is what the handler's doings are told by.
pub(crate) async fn duplex(
    client: &mut Grpc<Channel>,
    method: &'static str,
    name: &'static str,
    messages: impl Stream<Item = Bytes> + Send + 'static,
) -> Answered {
    let mut request = tonic::Request::new(messages);
    request
        .metadata_mut()
        .insert("x-name", name.parse().unwrap());
    ready(client)
        .await
        .streaming(request, path(method), Raw)
        .await
}

/// Sends one message, and gets a stream.
pub(crate) async fn server_stream(
    client: &mut Grpc<Channel>,
    method: &'static str,
    name: &'static str,
    payload: &'static str,
) -> Answered {
    let mut request = tonic::Request::new(Bytes::from_static(payload.as_bytes()));
    request
        .metadata_mut()
        .insert("x-name", name.parse().unwrap());
    request.set_timeout(Duration::from_secs(100));
    ready(client)
        .await
        .server_streaming(request, path(method), Raw)
        .await
}

/// The messages up to the end, and the status.
pub(crate) async fn all(stream: &mut Streaming<Bytes>) -> (Vec<Bytes>, Option<Status>) {
    let mut found = Vec::new();
    loop {
        match stream.message().await {
            Ok(Some(message)) => found.push(message),
            Ok(None) => return (found, None),
            Err(status) => return (found, Some(status)),
        }
    }
}

/// What a handler of the module `streaming` says of a name.
pub(crate) async fn said(callable: &'static str, name: &'static str) -> String {
    let answer = unary(callable, name).await.unwrap();
    String::from_utf8(answer.payload.to_vec()).unwrap()
}

pub(crate) async fn counted(name: &'static str) -> usize {
    said("streaming:counted", name).await.parse().unwrap()
}

/// Asks Python until a handler has done what is expected.
pub(crate) async fn until_happened(name: &'static str, expected: &str) {
    let mut happened = String::new();
    let asking = async {
        while happened != expected {
            happened = said("streaming:what_happened", name).await;
            tokio::task::yield_now().await;
        }
    };
    if tokio::time::timeout(Duration::from_secs(30), asking)
        .await
        .is_err()
    {
        panic!("{name}: {happened:?}, never {expected:?}");
    }
}
