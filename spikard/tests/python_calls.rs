//! Calls of Python handlers: content, order, kinds.
#![allow(missing_docs)]

mod python_support;

use python_support::{bidi, bytes, client_stream, unary};
use spikard::Bytes;

#[tokio::test]
async fn ten_thousand_messages_come_back_in_order() {
    let messages: Vec<Bytes> = (0..10_000)
        .map(|index: u32| Bytes::from(index.to_string().repeat(index as usize % 7)))
        .collect();
    for callable in ["echo:stream", "echo:stream_in_a_thread"] {
        let response = bidi(callable, messages.clone()).await.unwrap();
        assert_eq!(response.messages, messages, "{callable}");
    }
}

#[tokio::test]
async fn no_message_at_all_is_an_empty_list() {
    let response = bidi("echo:stream", Vec::new()).await.unwrap();
    assert_eq!(response.messages, Vec::<Bytes>::new());
}

#[tokio::test]
async fn one_message_in_and_out() {
    for callable in ["echo:unary", "echo:unary_in_a_thread"] {
        assert_eq!(unary(callable, "hello").await.unwrap().payload, "hello");
        assert_eq!(unary(callable, "").await.unwrap().payload, "");
    }
}

#[tokio::test]
async fn a_client_stream_is_one_list() {
    let response = client_stream("echo:count", bytes(&["a", "", "c"])).await;
    assert_eq!(response.unwrap().payload, "3");
}
