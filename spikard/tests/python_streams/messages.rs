//! Messages that pass while the stream is open.

use spikard::{Bytes, Code};

use crate::client::{all, duplex, said, server_stream, start};
use crate::python_support::bytes;
use crate::raw::open;

#[tokio::test]
async fn a_message_is_answered_while_the_stream_is_open() {
    let (_running, mut client) = start().await;
    for method in ["/test.Streams/Echo", "/test.Streams/HandedOver"] {
        let (send, stream) = open();
        // The head comes before there is any message, or this would wait for ever.
        let response = duplex(&mut client, method, "", stream).await.unwrap();
        let mut answers = response.into_inner();
        for number in 0..200 {
            let message = Bytes::from(number.to_string());
            send.send(message.clone()).await.unwrap();
            assert_eq!(answers.message().await.unwrap(), Some(message));
        }
        drop(send);
        assert_eq!(answers.message().await.unwrap(), None);
        let trailers = answers.trailers().await.unwrap().unwrap();
        assert_eq!(trailers.get("x-count").unwrap(), "200");
    }
}

#[tokio::test]
async fn messages_of_every_size_come_back_in_order() {
    let (_running, mut client) = start().await;
    let sizes = [0, 1, 100, 16_383, 16_384, 65_536, 1_000_000];
    let sent: Vec<Bytes> = (0..2000)
        .map(|index| {
            Bytes::from(vec![
                index as u8;
                if index % 100 == 0 {
                    sizes[index / 100 % 7]
                } else {
                    index % 50
                }
            ])
        })
        .collect();
    let response = duplex(
        &mut client,
        "/test.Streams/Echo",
        "",
        tokio_stream::iter(sent.clone()),
    );
    let (found, status) = all(&mut response.await.unwrap().into_inner()).await;
    assert_eq!(found, sent);
    assert!(status.is_none());
}

#[tokio::test]
async fn a_handler_sends_after_the_client_has_half_closed_and_leaves_before_that() {
    let (_running, mut client) = start().await;
    let sent = tokio_stream::iter(bytes(&["a", "b"]));
    let response = duplex(&mut client, "/test.Streams/Returned", "", sent)
        .await
        .unwrap();
    let (found, _) = all(&mut response.into_inner()).await;
    assert_eq!(found, ["a", "b"]);

    let (send, stream) = open();
    let response = duplex(&mut client, "/test.Streams/Waiting", "leaver", stream).await;
    let mut answers = response.unwrap().into_inner();
    for message in bytes(&["a", "leave"]) {
        send.send(message.clone()).await.unwrap();
        assert_eq!(answers.message().await.unwrap(), Some(message));
    }
    assert_eq!(answers.message().await.unwrap(), None);
    crate::client::until_happened("leaver", "started, done").await;
}

#[tokio::test]
async fn a_fault_of_the_client_is_raised_where_the_handler_reads() {
    let (_running, mut client) = start().await;
    let sent = tokio_stream::iter(bytes(&["a", "b", "c", "d"]));
    let response = duplex(&mut client, "/test.Streams/Limited", "", sent)
        .await
        .unwrap();
    let (found, status) = all(&mut response.into_inner()).await;
    assert!(status.is_none());
    let text = std::str::from_utf8(&found[0]).unwrap();
    assert!(text.starts_with("3 RESOURCE_EXHAUSTED "), "{text}");
    assert!(text.contains("max_messages = 3"), "{text}");
    assert_eq!(found[1], "[]");
}

#[tokio::test]
async fn what_no_message_is_lost_by() {
    use spikard::{GrpcDuplexRequest, Messages};
    let (send, stream) = open();
    let stream = tokio_stream::StreamExt::map(stream, Ok);
    let request = GrpcDuplexRequest {
        service_name: "".into(),
        method_name: "".into(),
        metadata: Default::default(),
        messages: Messages::new(stream),
        call: Default::default(),
    };
    crate::python_support::interpreter();
    let answer: crate::client::Answer =
        spikard::python::call_python("streaming:impatient", request).await;
    let mut messages = answer.unwrap().messages;
    assert_eq!(messages.message().await.unwrap().unwrap(), "waited");
    let refused = messages.message().await.unwrap().unwrap();
    assert!(refused.starts_with(b"another task waits"), "{refused:?}");
    for message in bytes(&["a", "b"]) {
        send.send(message.clone()).await.unwrap();
        assert_eq!(messages.message().await.unwrap(), Some(message));
    }
    drop(send);
    assert_eq!(messages.message().await.unwrap(), None);
}

#[tokio::test]
async fn a_task_that_reads_after_the_call_is_told_so() {
    use spikard::{GrpcDuplexRequest, Messages};
    let (_send, stream) = open();
    let stream = tokio_stream::StreamExt::map(stream, Ok);
    let request = GrpcDuplexRequest {
        service_name: "".into(),
        method_name: "".into(),
        metadata: Default::default(),
        messages: Messages::new(stream),
        call: Default::default(),
    };
    crate::python_support::interpreter();
    let answer: crate::client::Answer =
        spikard::python::call_python("streaming:leaving_a_reader", request).await;
    let mut messages = answer.unwrap().messages;
    assert_eq!(messages.message().await.unwrap().unwrap(), "left");
    assert_eq!(messages.message().await.unwrap(), None);
    drop(messages);
    let text = said("streaming:orphan", "").await;
    assert!(text.starts_with("CANCELLED: the call has ended"), "{text}");
}

#[tokio::test]
async fn a_handler_that_has_no_messages_ends_well() {
    let (_running, mut client) = start().await;
    let sent = tokio_stream::empty();
    let response = duplex(&mut client, "/test.Streams/Echo", "", sent)
        .await
        .unwrap();
    let mut answers = response.into_inner();
    assert_eq!(answers.message().await.unwrap(), None);
    let trailers = answers.trailers().await.unwrap().unwrap();
    assert_eq!(trailers.get("x-count").unwrap(), "0");
    let refused = server_stream(&mut client, "/test.Streams/RaisingAtOnce", "", "ValueError").await;
    assert_eq!(refused.unwrap_err().code(), Code::InvalidArgument);
}
