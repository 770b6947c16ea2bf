//! RPCs that are not buffered: messages pass while the stream is open, and a slow side slows the other.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::{Running, codec, framed, path, raw_response, ready};
use spikard::{
    Bytes, Code, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest, GrpcResponse, GrpcService,
    Kind, Messages, Server, Status, grpc_stream,
};
use tokio::sync::{Notify, mpsc};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;

#[grpc_stream(service = "test.Duplex")]
async fn echo(request: GrpcDuplexRequest<String>) -> Result<GrpcDuplexResponse<String>, Status> {
    let mut response = GrpcDuplexResponse::from(request.messages);
    response.metadata.insert("x-head", "first".parse().unwrap());
    response.trailers.insert("x-tail", "last".parse().unwrap());
    Ok(response)
}

#[grpc_stream(service = "test.Duplex")]
async fn count_to(request: GrpcRequest<u32>) -> Result<GrpcDuplexResponse<u32>, Status> {
    let numbers = tokio_stream::iter(1..=request.payload).map(|number| match number {
        7 => Err(Status::out_of_range("seven is too many")),
        _ => Ok(number),
    });
    Ok(GrpcDuplexResponse::from(Messages::new(numbers)))
}

#[grpc_stream(service = "test.Duplex")]
async fn panic_at(request: GrpcRequest<u32>) -> Result<GrpcDuplexResponse<u32>, Status> {
    let limit = request.payload;
    let numbers = tokio_stream::iter(0..).map(move |number| {
        assert!(number < limit, "as asked");
        Ok(number)
    });
    Ok(GrpcDuplexResponse::from(Messages::new(numbers)))
}

#[tokio::test]
async fn the_kind_follows_from_the_types() {
    assert_eq!(Echo::METHODS[0].kind, Kind::Duplex);
    assert_eq!(CountTo::METHODS[0].kind, Kind::ServerStreaming);
}

#[tokio::test]
async fn a_message_is_answered_while_the_stream_is_open() {
    let running = Running::start(Server::builder().add(Echo)).await;
    let mut client = running.client().await;
    let (send, receive) = mpsc::channel::<String>(1);
    let request = tonic::Request::new(ReceiverStream::new(receive));
    let response = ready(&mut client)
        .await
        .streaming::<_, String, String, _>(request, path("/test.Duplex/Echo"), codec())
        .await
        .unwrap();
    assert_eq!(response.metadata().get("x-head").unwrap(), "first");
    let mut answers = response.into_inner();
    for number in 0..100 {
        send.send(number.to_string()).await.unwrap();
        assert_eq!(answers.message().await.unwrap(), Some(number.to_string()));
    }
    drop(send);
    assert_eq!(answers.message().await.unwrap(), None);
    let trailers = answers.trailers().await.unwrap().unwrap();
    assert_eq!(trailers.get("x-tail").unwrap(), "last");
}

async fn numbers(method: &'static str, up_to: u32) -> (Vec<u32>, Option<Status>) {
    let running = Running::start(Server::builder().add(CountTo).add(PanicAt)).await;
    let mut client = running.client().await;
    let request = tonic::Request::new(up_to);
    let response = ready(&mut client)
        .await
        .server_streaming::<u32, u32, _>(request, path(method), codec())
        .await
        .unwrap();
    let mut stream = response.into_inner();
    let mut found = Vec::new();
    loop {
        match stream.message().await {
            Ok(Some(number)) => found.push(number),
            Ok(None) => return (found, None),
            Err(status) => return (found, Some(status)),
        }
    }
}

#[tokio::test]
async fn an_error_in_the_stream_ends_it_with_that_status() {
    let (found, status) = numbers("/test.Duplex/CountTo", 6).await;
    assert_eq!((found.len(), status.is_none()), (6, true));
    let (found, status) = numbers("/test.Duplex/CountTo", 10).await;
    assert_eq!(found, [1, 2, 3, 4, 5, 6]);
    assert_eq!(status.unwrap().code(), Code::OutOfRange);
}

#[tokio::test]
async fn a_panic_in_the_stream_ends_it_with_internal() {
    let (found, status) = numbers("/test.Duplex/PanicAt", 3).await;
    assert_eq!(found, [0, 1, 2]);
    let status = status.unwrap();
    assert_eq!(status.code(), Code::Internal);
    assert!(!status.message().contains("as asked"), "{status}");
}

/// Makes endless numbers, and counts them.
struct Source {
    made: Arc<AtomicUsize>,
    dropped: Arc<Notify>,
}

#[grpc_stream(service = "test.Source")]
impl Source {
    async fn numbers(&self, _: GrpcRequest<()>) -> Result<GrpcDuplexResponse<Vec<u8>>, Status> {
        let made = self.made.clone();
        let guard = NotifyOnDrop(self.dropped.clone());
        let numbers = tokio_stream::iter(0..).map(move |_: u64| {
            let _ = &guard;
            made.fetch_add(1, Ordering::SeqCst);
            Ok(vec![0; 10_000])
        });
        Ok(GrpcDuplexResponse::from(Messages::new(numbers)))
    }

    #[grpc(timeout = "300ms")]
    async fn silence(&self, _: GrpcRequest<()>) -> Result<GrpcDuplexResponse<u32>, Status> {
        let guard = NotifyOnDrop(self.dropped.clone());
        let never = tokio_stream::pending::<()>().map(move |()| {
            let _ = &guard;
            Ok(0)
        });
        Ok(GrpcDuplexResponse::from(Messages::new(never)))
    }
}

struct NotifyOnDrop(Arc<Notify>);

impl Drop for NotifyOnDrop {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[tokio::test]
async fn a_slow_reader_holds_the_handler_back_and_a_gone_one_ends_it() {
    let (made, dropped) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let source = Source {
        made: made.clone(),
        dropped: dropped.clone(),
    };
    let running = Running::start(Server::builder().add(source)).await;
    let mut client = running.client().await;
    let response = ready(&mut client)
        .await
        .server_streaming::<(), Vec<u8>, _>(
            tonic::Request::new(()),
            path("/test.Source/Numbers"),
            codec(),
        )
        .await
        .unwrap();
    let mut stream = response.into_inner();
    stream.message().await.unwrap().unwrap();
    // The handler stops when the windows are full; nothing but a change would say that it has.
    let mut before = 0;
    while before != made.load(Ordering::SeqCst) {
        before = made.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(
        before * 10_000 < 8 << 20,
        "{before} messages without a reader"
    );
    drop(stream);
    dropped.notified().await;
}

#[tokio::test]
async fn the_deadline_covers_the_response_stream() {
    let dropped = Arc::new(Notify::new());
    let source = Source {
        made: Arc::default(),
        dropped: dropped.clone(),
    };
    let running = Running::start(Server::builder().add(source)).await;
    let mut client = running.client().await;
    let response = ready(&mut client)
        .await
        .server_streaming::<(), u32, _>(
            tonic::Request::new(()),
            path("/test.Source/Silence"),
            codec(),
        )
        .await
        .unwrap();
    let status = response.into_inner().message().await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    dropped.notified().await;
}

#[tokio::test]
async fn the_deadline_covers_a_response_that_is_not_read() {
    let (made, dropped) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let source = Source {
        made: made.clone(),
        dropped: dropped.clone(),
    };
    let running = Running::start(Server::builder().add(source)).await;
    // The window of the stream is never enlarged, so its last chunk waits.
    let timeout = [("grpc-timeout", "300m")];
    let path = "/test.Source/Numbers";
    let response = raw_response(running.addr, path, &timeout, framed(false, b"")).await;
    dropped.notified().await;
    assert!(made.load(Ordering::SeqCst) > 0);
    assert_eq!(reset(response.into_body()).await, Some(h2::Reason::CANCEL));
}

#[grpc_stream(service = "test.Duplex")]
async fn one_large(_: GrpcRequest<()>) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::from(Bytes::from(vec![7; 8 << 20])))
}

#[tokio::test]
async fn the_deadline_covers_one_large_message_that_is_not_read() {
    let running = Running::start(Server::builder().add(OneLarge)).await;
    let timeout = [("grpc-timeout", "300m")];
    let path = "/test.Duplex/OneLarge";
    let response = raw_response(running.addr, path, &timeout, framed(false, b"")).await;
    assert_eq!(reset(response.into_body()).await, Some(h2::Reason::CANCEL));
}

/// How a stream ends whose window is never enlarged.
async fn reset(mut stream: h2::RecvStream) -> Option<h2::Reason> {
    while let Some(chunk) = stream.data().await {
        if let Err(reset) = chunk {
            return reset.reason();
        }
    }
    None
}

/// What a handler saw of a request that broke off.
#[derive(Clone, Default)]
struct Witness(Arc<Mutex<Vec<String>>>);

#[grpc_stream(service = "test.Witness")]
impl Witness {
    #[grpc(max_messages = 3)]
    async fn read(
        &self,
        mut request: GrpcDuplexRequest<String>,
    ) -> Result<GrpcDuplexResponse<String>, Status> {
        while let Some(message) = request.messages.message().await? {
            self.0.lock().unwrap().push(message);
        }
        Ok(GrpcDuplexResponse::from(Messages::from(vec![
            String::from("whole"),
        ])))
    }
}

#[tokio::test]
async fn messages_before_a_fault_are_seen_and_the_fault_is_the_status() {
    let witness = Witness::default();
    let running = Running::start(Server::builder().add(witness.clone())).await;
    let mut client = running.client().await;
    let sent = ["a", "b", "c", "d"].map(String::from);
    let request = tonic::Request::new(tokio_stream::iter(sent));
    let refused = ready(&mut client)
        .await
        .streaming::<_, String, String, _>(request, path("/test.Witness/Read"), codec())
        .await;
    let status = refused.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.message().contains("max_messages = 3"), "{status}");
    assert_eq!(*witness.0.lock().unwrap(), ["a", "b", "c"]);
}
