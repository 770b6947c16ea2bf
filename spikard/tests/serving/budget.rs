//! What counts towards the budget, and that no connection takes all of it.

use std::time::{Duration, Instant};

use spikard::{
    Bytes, Code, GrpcClientStreamRequest, GrpcRequest, GrpcResponse, GrpcServerStreamResponse,
    Limits, Server, ServerBuilder, Status, grpc_stream,
};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tonic::client::Grpc;
use tonic::transport::Channel;

use crate::log::Log;
use crate::support::{Running, codec, framed, path, raw_response, ready};

const MIB: usize = 1 << 20;

/// For what comes in a moment, or not at all.
const WAIT: Duration = Duration::from_secs(30);

#[grpc_stream(service = "test.Budget")]
async fn upload(request: GrpcClientStreamRequest) -> Result<GrpcResponse<u64>, Status> {
    Ok(GrpcResponse::from(request.messages.len() as u64))
}

/// 8 MiB, in one message.
#[grpc_stream(service = "test.Budget")]
async fn large(_: GrpcRequest<()>) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::from(Bytes::from(vec![7; 8 * MIB])))
}

/// 8 MiB, in 128 typed messages.
#[grpc_stream(service = "test.Budget")]
async fn long(_: GrpcRequest<()>) -> Result<GrpcServerStreamResponse<Vec<u8>>, Status> {
    Ok(GrpcServerStreamResponse::from(vec![vec![7; MIB / 16]; 128]))
}

/// 1 MiB, more than a client's window.
#[grpc_stream(service = "test.Budget")]
async fn unread(_: GrpcRequest<()>) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::from(Bytes::from(vec![7; MIB])))
}

fn server(max_buffered_bytes: usize) -> ServerBuilder {
    Server::builder()
        .add(Upload)
        .add(Large)
        .add(Long)
        .add(Unread)
        .max_buffered_bytes(max_buffered_bytes)
}

/// Sends one message of `size` bytes to `Upload`.
async fn upload_of(client: &mut Grpc<Channel>, size: usize) -> Result<(), Status> {
    let message = tokio_stream::once(vec![7_u8; size]);
    ready(client)
        .await
        .client_streaming::<_, Vec<u8>, u64, _>(
            tonic::Request::new(message),
            path("/test.Budget/Upload"),
            codec(),
        )
        .await
        .map(|_| ())
}

#[tokio::test]
async fn a_response_that_is_not_read_is_charged_until_its_stream_is_gone() {
    for method in ["/test.Budget/Large", "/test.Budget/Long"] {
        let running = Running::start(server(9 * MIB)).await;
        let mut client = running.client().await;
        upload_of(&mut client, 2 * MIB).await.unwrap();
        // The flow-control window of its stream is never enlarged.
        let unread = raw_response(running.addr, method, &[], framed(false, b"")).await;
        let status = upload_of(&mut client, 2 * MIB).await.unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted, "{method}");
        assert!(
            status.message().contains("max_buffered_bytes = "),
            "{status}"
        );
        drop(unread);
        while let Err(status) = upload_of(&mut client, 2 * MIB).await {
            assert_eq!(status.code(), Code::ResourceExhausted, "{method}: {status}");
        }
    }
}

#[tokio::test]
async fn a_response_that_is_not_read_for_the_idle_timeout_is_reset() {
    // A line that is first written where nobody takes it is off for other threads as well.
    let (_log, _taken) = Log::taken();
    let limits = Limits {
        idle_timeout: Duration::from_millis(200),
        ..Limits::default()
    };
    for method in ["/test.Budget/Large", "/test.Budget/Long"] {
        let running = Running::start(server(9 * MIB).limits(limits)).await;
        let unread = raw_response(running.addr, method, &[], framed(false, b"")).await;
        let mut stream = unread.into_body();
        let ended = async {
            loop {
                match stream.data().await {
                    Some(Ok(_)) => {}
                    Some(Err(reset)) => break reset,
                    None => panic!("{method}: the response ended as if it were whole"),
                }
            }
        };
        let reset = timeout(WAIT, ended).await.expect("a reset");
        assert_eq!(reset.reason(), Some(h2::Reason::CANCEL), "{method}");
        upload_of(&mut running.client().await, 2 * MIB)
            .await
            .unwrap();
    }
}

/// The client decides how many there are: not all of them are told, but how many were not.
#[tokio::test]
async fn responses_that_are_not_read_do_not_fill_the_log() {
    let limits = Limits {
        idle_timeout: Duration::from_millis(200),
        ..Limits::default()
    };
    let (log, _taken) = Log::taken();
    let began = Instant::now();
    let running = Running::start(server(100 * MIB).limits(limits)).await;
    let mut unread = Vec::new();
    for _ in 0..60 {
        let body = framed(false, b"");
        let response = raw_response(running.addr, "/test.Budget/Unread", &[], body).await;
        unread.push(response.into_body());
    }
    for mut stream in unread {
        let ended = async { while let Some(Ok(_)) = stream.data().await {} };
        timeout(WAIT, ended).await.expect("a reset");
    }
    let lines = log.lines();
    let said = lines
        .iter()
        .filter(|line| line.contains("not read in time"));
    let said: Vec<_> = said.collect();
    let most = 10 * (began.elapsed().as_secs() as usize + 2);
    assert!((1..=most).contains(&said.len()), "{lines:#?}");
    assert!(said[0].starts_with("INFO "), "{}", said[0]);
    assert!(
        said[0].contains("rpc.method=test.Budget/Unread"),
        "{}",
        said[0]
    );
}

#[tokio::test]
async fn no_connection_takes_what_others_need() {
    const PART: usize = 100 << 10;
    let builder = server(8 * PART).max_buffered_bytes_per_connection(4 * PART);
    let running = Running::start(builder).await;
    let mut hog = running.client().await;
    let mut uploads = Vec::new();
    // Each sends a part of what fits, and does not half-close.
    for _ in 0..3 {
        let (send, receive) = mpsc::channel(1);
        let mut client = hog.clone();
        let call = tokio::spawn(async move {
            let request = tonic::Request::new(ReceiverStream::new(receive));
            ready(&mut client)
                .await
                .client_streaming::<_, Vec<u8>, u64, _>(
                    request,
                    path("/test.Budget/Upload"),
                    codec(),
                )
                .await
        });
        send.send(vec![7_u8; PART]).await.unwrap();
        uploads.push((send, call));
    }
    // All of them are within their flow-control windows, so they arrive before what is sent next.
    for _ in 0..10 {
        upload_of(&mut hog, 1).await.unwrap();
    }
    let refused = async {
        loop {
            if let Err(status) = upload_of(&mut hog, PART + PART / 2).await {
                break status;
            }
        }
    };
    let status = timeout(WAIT, refused).await.expect("a refusal");
    assert_eq!(status.code(), Code::ResourceExhausted);
    let share = format!("max_buffered_bytes_per_connection = {}", 4 * PART);
    assert!(status.message().contains(&share), "{status}");
    let mut other = running.client().await;
    upload_of(&mut other, 3 * PART).await.unwrap();
    for (send, call) in uploads {
        drop(send);
        call.await.unwrap().unwrap();
    }
    upload_of(&mut hog, 3 * PART).await.unwrap();
}

#[tokio::test]
async fn a_request_that_trickles_in_is_refused_after_the_receive_timeout() {
    let limits = Limits {
        receive_timeout: Some(Duration::from_millis(200)),
        ..Limits::default()
    };
    let running = Running::start(server(8 * MIB).limits(limits)).await;
    let mut client = running.client().await;
    let messages = trickle_of(|| vec![7_u8]);
    let refused = ready(&mut client)
        .await
        .client_streaming::<_, Vec<u8>, u64, _>(
            tonic::Request::new(messages),
            path("/test.Budget/Upload"),
            codec(),
        );
    let status = timeout(WAIT, refused).await.expect("a status").unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert!(
        status.message().contains("receive_timeout = 200ms"),
        "{status}"
    );
}

/// A message every 10 ms, without end.
fn trickle_of<M: Send + 'static>(message: impl Fn() -> M + Send + 'static) -> ReceiverStream<M> {
    let (send, receive) = mpsc::channel(1);
    tokio::spawn(async move {
        while send.send(message()).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    ReceiverStream::new(receive)
}
