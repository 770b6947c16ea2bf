//! Streams that are given up: the generator is closed and its `finally` runs.

use http::Request;
use spikard::Code;
use tokio::net::TcpStream;

use crate::client::{all, duplex, server_stream, start, until_happened};
use crate::raw::open;

/// By hand, since a client of tonic's keeps its stream while it may still send.
#[tokio::test]
async fn a_client_that_cancels_cancels_a_handler_that_reads() {
    let (running, _) = start().await;
    let socket = TcpStream::connect(running.addr).await.unwrap();
    let (client, connection) = h2::client::handshake(socket).await.unwrap();
    tokio::spawn(connection);
    let request = Request::post(format!("http://{}/test.Streams/Waiting", running.addr))
        .header("content-type", "application/grpc")
        .header("x-name", "reader")
        .body(())
        .unwrap();
    let mut client = client.ready().await.unwrap();
    let (response, mut stream) = client.send_request(request, false).unwrap();
    response.await.unwrap();
    until_happened("reader", "started").await;
    stream.send_reset(h2::Reason::CANCEL);
    until_happened("reader", "started, CancelledError").await;
}

#[tokio::test]
async fn a_client_that_cancels_closes_a_handler_that_yields() {
    let (_running, mut client) = start().await;
    let response = server_stream(&mut client, "/test.Streams/Endless", "yielder", "10000").await;
    let mut answers = response.unwrap().into_inner();
    answers.message().await.unwrap().unwrap();
    drop(answers);
    until_happened("yielder", "started, GeneratorExit").await;
}

#[tokio::test]
async fn a_client_that_disconnects_cancels_its_handlers() {
    let (_running, mut client) = start().await;
    let (send, stream) = open();
    let response = duplex(&mut client, "/test.Streams/Waiting", "disconnected", stream).await;
    until_happened("disconnected", "started").await;
    // The connection closes when nothing of the client's is left.
    drop((response, client, send));
    until_happened("disconnected", "started, CancelledError").await;
}

#[tokio::test]
async fn the_deadline_ends_a_handler_that_waits_and_one_that_yields() {
    let (_running, mut client) = start().await;
    let late = server_stream(&mut client, "/test.Streams/Late", "late", "").await;
    assert_eq!(late.unwrap_err().code(), Code::DeadlineExceeded);
    until_happened("late", "started, CancelledError").await;

    let method = "/test.Streams/EndlessButLate";
    let response = server_stream(&mut client, method, "yields late", "1000").await;
    let (found, status) = all(&mut response.unwrap().into_inner()).await;
    assert!(!found.is_empty());
    assert_eq!(status.unwrap().code(), Code::DeadlineExceeded);
    until_happened("yields late", "started, GeneratorExit").await;
}
