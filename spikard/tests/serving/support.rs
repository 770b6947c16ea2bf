//! A server on a free port, and tonic's client for it.

use std::future::Future;
use std::net::SocketAddr;

use bytes::BytesMut;
use h2::RecvStream;
use h2::client::{Connection, SendRequest};
use http::uri::PathAndQuery;
use http::{Request, Response};
use prost::Message;
use spikard::{Bytes, ServeError, Server, ServerBuilder, Stats, Status};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic_prost::ProstCodec;

/// A server that is stopped at the end of the test.
pub(crate) struct Running {
    pub(crate) addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), ServeError>>,
}

impl Running {
    pub(crate) async fn start(builder: ServerBuilder) -> Self {
        Self::serve(builder.bind("127.0.0.1:0").await.unwrap())
    }

    pub(crate) async fn start_with_stats(builder: ServerBuilder) -> (Self, Stats) {
        let server = builder.bind("127.0.0.1:0").await.unwrap();
        let stats = server.stats();
        (Self::serve(server), stats)
    }

    pub(crate) fn serve(server: Server) -> Self {
        let addr = server.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.serve_with_shutdown(async {
            let _ = stopped.await;
        }));
        Self {
            addr,
            stop: Some(stop),
            task,
        }
    }

    /// Tells the server to drain; the future is ready when it has.
    pub(crate) fn stop(mut self) -> impl Future<Output = Result<(), ServeError>> {
        drop(self.stop.take());
        async { self.task.await.unwrap() }
    }

    pub(crate) async fn client(&self) -> Grpc<Channel> {
        Grpc::new(self.channel().await)
    }

    pub(crate) async fn channel(&self) -> Channel {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.addr)).unwrap();
        endpoint.connect().await.unwrap()
    }

    /// A client of HTTP/2 alone. Its connection is there only while it is polled.
    pub(crate) async fn h2(&self) -> (SendRequest<Bytes>, Connection<TcpStream, Bytes>) {
        let stream = TcpStream::connect(self.addr).await.unwrap();
        h2::client::handshake(stream).await.unwrap()
    }
}

/// Waits until the client may send.
pub(crate) async fn ready(client: &mut Grpc<Channel>) -> &mut Grpc<Channel> {
    client.ready().await.unwrap();
    client
}

pub(crate) fn path(path: &'static str) -> PathAndQuery {
    PathAndQuery::from_static(path)
}

/// Messages of one type in, of another out.
pub(crate) fn codec<M, R>() -> ProstCodec<M, R>
where
    M: Message + Default + Send + 'static,
    R: Message + Default + Send + 'static,
{
    ProstCodec::default()
}

/// The one message of a unary call.
pub(crate) async fn unary<M, R>(
    client: &mut Grpc<Channel>,
    method: &'static str,
    request: tonic::Request<M>,
) -> Result<tonic::Response<R>, Status>
where
    M: Message + Default + Send + Sync + 'static,
    R: Message + Default + Send + Sync + 'static,
{
    ready(client)
        .await
        .unary(request, path(method), codec())
        .await
}

/// One message with its prefix.
pub(crate) fn framed(compressed: bool, message: &[u8]) -> Bytes {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[u8::from(compressed)], &length[..], message]
        .concat()
        .into()
}

/// Sends a body as it stands, and answers with the status of a response that has no messages.
pub(crate) async fn raw_call(
    addr: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    body: Bytes,
) -> Status {
    let response = raw_response(addr, path, headers, body).await;
    Status::from_header_map(response.headers()).unwrap()
}

/// Sends a body as it stands, and answers with the body of the response.
pub(crate) async fn raw_body(
    addr: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    body: Bytes,
) -> Bytes {
    let response = raw_response(addr, path, headers, body).await;
    let mut stream = response.into_body();
    let mut received = BytesMut::new();
    while let Some(chunk) = stream.data().await {
        let chunk = chunk.unwrap();
        stream.flow_control().release_capacity(chunk.len()).unwrap();
        received.extend_from_slice(&chunk);
    }
    received.freeze()
}

/// Sends a body as it stands; of the response, only the headers are read.
pub(crate) async fn raw_response(
    addr: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    body: Bytes,
) -> Response<RecvStream> {
    let stream = TcpStream::connect(addr).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let mut request =
        Request::post(format!("http://{addr}{path}")).header("content-type", "application/grpc");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut client = client.ready().await.unwrap();
    let (response, mut stream) = client
        .send_request(request.body(()).unwrap(), false)
        .unwrap();
    stream.send_data(body, true).unwrap();
    response.await.unwrap()
}
