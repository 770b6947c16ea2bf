//! A slow side slows the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use spikard::Bytes;
use tokio_stream::StreamExt as _;

use crate::client::{all, counted, duplex, server_stream, start};
use crate::python_support::unary;

/// Waits until a number does not change any more; nothing but a change would say that it has stopped.
async fn settled(mut ask: impl AsyncFnMut() -> usize) -> usize {
    let mut before = 0;
    loop {
        let now = ask().await;
        if now == before && now > 0 {
            return now;
        }
        before = now;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_slow_reader_holds_the_generator_back() {
    const SIZE: usize = 10_000;
    let (_running, mut client) = start().await;
    let response = server_stream(&mut client, "/test.Streams/Endless", "held", "10000").await;
    let mut answers = response.unwrap().into_inner();
    let made = settled(async || counted("held").await).await;
    assert!(made * SIZE < 8 << 20, "{made} messages without a reader");
    // It goes on when the client does.
    for _ in 0..made * 2 {
        assert_eq!(answers.message().await.unwrap().unwrap().len(), SIZE);
    }
}

#[tokio::test]
async fn a_slow_handler_holds_the_client_back() {
    const SIZE: usize = 10_000;
    const COUNT: usize = 5000;
    let (_running, mut client) = start().await;
    let sent = Arc::new(AtomicUsize::new(0));
    let counting = sent.clone();
    let messages = tokio_stream::iter(0..COUNT).map(move |_| {
        counting.fetch_add(1, Ordering::SeqCst);
        Bytes::from(vec![7; SIZE])
    });
    let response = duplex(&mut client, "/test.Streams/Gated", "gated", messages).await;
    let mut answers = response.unwrap().into_inner();
    assert_eq!(answers.message().await.unwrap().unwrap(), "begun");
    let taken = settled(async || sent.load(Ordering::SeqCst)).await;
    // The flow-control window of the stream, and what the client has buffered.
    assert!(taken * SIZE < 24 << 20, "{taken} messages without a reader");
    assert_eq!(counted("gated").await, 1);
    unary("streaming:open_gate", "").await.unwrap();
    let (found, status) = all(&mut answers).await;
    assert!(status.is_none(), "{status:?}");
    assert_eq!(found, [COUNT.to_string()]);
}
