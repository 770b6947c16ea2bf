//! Client streaming that is not buffered: the handler reads while the client sends, and may answer first.

use std::future::{pending, poll_fn};
use std::sync::Arc;

use crate::compression::gzip;
use crate::support::{Running, codec, framed, path, raw_body, ready};
use http::Request;
use spikard::testing::Client;
use spikard::{
    Bytes, Code, GrpcDuplexRequest, GrpcDuplexResponse, GrpcResponse, GrpcService, Kind, Messages,
    Server, Status, grpc_stream,
};
use tokio::sync::{Notify, mpsc};
use tokio_stream::wrappers::ReceiverStream;

const WINDOW: u32 = 65_535;

#[grpc_stream(service = "test.Uploads")]
async fn first_two(mut request: GrpcDuplexRequest<String>) -> Result<GrpcResponse<String>, Status> {
    let mut read = Vec::new();
    while read.len() < 2 {
        let next = request.messages.message().await?;
        read.push(next.ok_or_else(|| Status::invalid_argument("two, please"))?);
    }
    Ok(GrpcResponse::from(read.join(" ")))
}

#[grpc_stream(service = "test.Uploads")]
async fn count_bytes(mut request: GrpcDuplexRequest) -> Result<GrpcResponse<u64>, Status> {
    let mut bytes = 0;
    while let Some(message) = request.messages.message().await? {
        bytes += message.len() as u64;
    }
    Ok(GrpcResponse::from(bytes))
}

#[test]
fn the_kind_follows_from_the_types() {
    let kind = CountBytes::METHODS[0].kind;
    assert_eq!(kind, Kind::UnbufferedClientStreaming);
    assert_eq!(
        (kind.client_streams(), kind.server_streams()),
        (true, false)
    );
    let table = Server::builder().add(CountBytes).table().to_string();
    let row = "CountBytes  unbuffered client streaming  ";
    assert!(table.contains(row), "{table}");
    assert!(table.ends_with("  4 MiB a message"), "{table}");
}

#[tokio::test]
async fn the_answer_may_come_before_the_half_close() {
    let running = Running::start(Server::builder().add(FirstTwo)).await;
    let mut client = running.client().await;
    for _ in 0..3 {
        let (send, receive) = mpsc::channel::<String>(2);
        for word in ["one", "two"] {
            send.send(String::from(word)).await.unwrap();
        }
        let request = tonic::Request::new(ReceiverStream::new(receive));
        let response = ready(&mut client)
            .await
            .client_streaming::<_, String, String, _>(
                request,
                path("/test.Uploads/FirstTwo"),
                codec(),
            )
            .await;
        assert_eq!(response.unwrap().into_inner(), "one two");
        // Until here the client could have sent more.
        drop(send);
    }
}

#[tokio::test]
async fn an_upload_is_larger_than_any_buffer() {
    let builder = Server::builder()
        .add(CountBytes)
        .max_buffered_bytes(1 << 20);
    let running = Running::start(builder).await;
    let mut client = running.client().await;
    // 32 MiB, of which the budget holds one.
    let messages = std::iter::repeat_n(vec![7_u8; 1 << 15], 1 << 10);
    let request = tonic::Request::new(tokio_stream::iter(messages));
    let response = ready(&mut client)
        .await
        .client_streaming::<_, Vec<u8>, u64, _>(request, path("/test.Uploads/CountBytes"), codec())
        .await;
    // Each message is the wrapper message of its bytes.
    assert_eq!(response.unwrap().into_inner(), (1 << 25) + (4 << 10));
}

/// Reads when it is told to, and says when it is dropped.
#[derive(Clone, Default)]
struct Slow {
    read: Arc<Notify>,
    dropped: Arc<Notify>,
}

struct NotifyOnDrop(Arc<Notify>);

impl Drop for NotifyOnDrop {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[grpc_stream(service = "test.Uploads")]
impl Slow {
    async fn read(&self, request: GrpcDuplexRequest) -> Result<GrpcResponse<u64>, Status> {
        self.read.notified().await;
        count_bytes(request).await
    }

    async fn never(&self, mut request: GrpcDuplexRequest) -> Result<GrpcResponse<u64>, Status> {
        let _dropped = NotifyOnDrop(self.dropped.clone());
        request.messages.message().await?;
        self.read.notify_one();
        pending().await
    }
}

#[tokio::test]
async fn a_handler_that_does_not_read_holds_its_client_back() {
    let slow = Slow::default();
    let builder = Server::builder().add(slow.clone());
    let running = Running::start(builder.initial_stream_window_size(WINDOW)).await;
    let (mut client, mut connection) = running.h2().await;
    let mut pings = connection.ping_pong().unwrap();
    tokio::spawn(connection);
    let url = format!("http://{}/test.Uploads/Read", running.addr);
    let request = Request::post(url).header("content-type", "application/grpc");
    let (response, mut body) = client
        .send_request(request.body(()).unwrap(), false)
        .unwrap();
    let message = framed(false, &[7; 1000]);
    let total = message.len() * 200;
    body.reserve_capacity(total);
    let mut sent = 0;
    let mut rest = Bytes::from(message.repeat(200));
    while sent < WINDOW as usize {
        let room = poll_fn(|cx| body.poll_capacity(cx)).await.unwrap().unwrap();
        sent += room;
        body.send_data(rest.split_to(room), false).unwrap();
    }
    // What the server had to say before this answer has come before it.
    pings.ping(h2::Ping::opaque()).await.unwrap();
    assert_eq!((sent, body.capacity()), (WINDOW as usize, 0));
    slow.read.notify_one();
    while !rest.is_empty() {
        let room = poll_fn(|cx| body.poll_capacity(cx)).await.unwrap().unwrap();
        body.send_data(rest.split_to(room), false).unwrap();
    }
    body.send_data(Bytes::new(), true).unwrap();
    let mut answer = response.await.unwrap().into_body();
    let answer = answer.data().await.unwrap().unwrap();
    assert_eq!(answer, framed(false, &prost_message(200_000)));
}

fn prost_message(number: u64) -> Vec<u8> {
    prost::Message::encode_to_vec(&number)
}

#[tokio::test]
async fn a_client_that_breaks_off_ends_the_handler() {
    let slow = Slow::default();
    let running = Running::start(Server::builder().add(slow.clone())).await;
    let (mut client, connection) = running.h2().await;
    tokio::spawn(connection);
    let url = format!("http://{}/test.Uploads/Never", running.addr);
    let request = Request::post(url).header("content-type", "application/grpc");
    let (_response, mut body) = client
        .send_request(request.body(()).unwrap(), false)
        .unwrap();
    body.send_data(framed(false, b"one"), false).unwrap();
    slow.read.notified().await;
    body.send_reset(h2::Reason::CANCEL);
    slow.dropped.notified().await;
}

/// The first message of a request and what comes after it, which a task sees that outlives the call.
#[derive(Clone)]
struct Ends(mpsc::Sender<Result<Option<Bytes>, Status>>);

#[grpc_stream(service = "test.Ends")]
impl Ends {
    async fn answer_never(&self, request: GrpcDuplexRequest) -> Result<GrpcResponse, Status> {
        self.watch(request).await?;
        pending().await
    }

    async fn answer_first(&self, request: GrpcDuplexRequest) -> Result<GrpcDuplexResponse, Status> {
        self.watch(request).await?;
        let never = tokio_stream::pending::<Result<Bytes, Status>>();
        Ok(GrpcDuplexResponse::from(Messages::new(never)))
    }
}

impl Ends {
    async fn watch(&self, mut request: GrpcDuplexRequest) -> Result<(), Status> {
        let ends = self.0.clone();
        let _ = ends.send(request.messages.message().await).await;
        tokio::spawn(async move {
            let next = request.messages.message().await;
            let _ = ends.send(next).await;
        });
        Ok(())
    }
}

#[tokio::test]
async fn a_reset_is_no_half_close() {
    let (sender, mut ends) = mpsc::channel(1);
    let running = Running::start(Server::builder().add(Ends(sender))).await;
    for reason in [h2::Reason::CANCEL, h2::Reason::NO_ERROR] {
        let (mut client, connection) = running.h2().await;
        tokio::spawn(connection);
        let url = format!("http://{}/test.Ends/AnswerNever", running.addr);
        let request = Request::post(url).header("content-type", "application/grpc");
        let (_response, mut body) = client
            .send_request(request.body(()).unwrap(), false)
            .unwrap();
        body.send_data(framed(false, b"one"), false).unwrap();
        assert_eq!(ends.recv().await.unwrap().unwrap().unwrap(), "one");
        body.send_reset(reason);
        let end = ends.recv().await.unwrap();
        assert_eq!(end.unwrap_err().code(), Code::Cancelled, "{reason:?}");
    }
}

#[tokio::test]
async fn a_call_of_a_test_that_is_dropped_is_no_half_close() {
    let (sender, mut ends) = mpsc::channel(1);
    let client = Client::new(Server::builder().add(Ends(sender))).unwrap();
    for method in ["AnswerNever", "AnswerFirst"] {
        let mut call = client
            .call(&format!("test.Ends/{method}"))
            .open::<Bytes, Bytes>();
        call.send(Bytes::from("one")).await.unwrap();
        assert_eq!(ends.recv().await.unwrap().unwrap().unwrap(), "one");
        if method == "AnswerFirst" {
            call.metadata().await.unwrap();
        }
        drop(call);
        let end = ends.recv().await.unwrap();
        assert_eq!(end.unwrap_err().code(), Code::Cancelled, "{method}");
    }
}

/// Of a stream that is not buffered, a message at a time.
#[grpc_stream(service = "test.Uploads")]
async fn which_of_a_stream(
    mut request: GrpcDuplexRequest<String>,
) -> Result<GrpcResponse<String>, Status> {
    let (mut index, mut flags) = (0, Vec::new());
    while request.messages.message().await?.is_some() {
        flags.push(request.call.was_compressed(index).to_string());
        index += 1;
    }
    Ok(GrpcResponse::from(flags.join(" ")))
}

#[tokio::test]
async fn a_handler_that_reads_knows_which_message_was_compressed() {
    let running = Running::start(Server::builder().add(WhichOfAStream)).await;
    let small = prost::Message::encode_to_vec(&"x".repeat(1000));
    // Decompressed on another thread, apart from the messages around it.
    let large = prost::Message::encode_to_vec(&"x".repeat(3 << 20));
    let body = [
        framed(false, &small),
        framed(true, &gzip(&small)),
        framed(true, &gzip(&large)),
        framed(false, &small),
        framed(false, &large),
        framed(true, &gzip(&small)),
    ];
    let head = [("grpc-encoding", "gzip")];
    let method = "/test.Uploads/WhichOfAStream";
    let answer = raw_body(running.addr, method, &head, body.concat().into()).await;
    let text = <String as prost::Message>::decode(answer.slice(5..)).unwrap();
    assert_eq!(text, "false true true false false true");
}
