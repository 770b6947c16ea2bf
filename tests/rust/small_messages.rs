//! Many small messages, one DATA frame each: h2 would end such a connection at its default window.

use bytes::Bytes;
use spikard::{Code, MAX_STREAM_MESSAGES};
use spikard_tests::languages::{LANGUAGES, path};
use spikard_tests::mounts;
use spikard_tests::raw::{Raw, request};
use spikard_tests::wire::framed;

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_messages_of_one_byte() {
    let server = mounts::ours().await;
    let sent: Vec<u8> = (0..MAX_STREAM_MESSAGES).map(|index| index as u8).collect();
    for language in LANGUAGES {
        for round in 0..10 {
            let raw = Raw::connect(&server.address).await.unwrap();
            let request = request(&path("Join", language)).body(()).unwrap();
            let frames = sent.iter().map(|byte| Bytes::from(framed(&[*byte])));
            let answer = raw.call(request, frames).await.unwrap();
            let status = answer.status().unwrap();
            assert_eq!(
                status.code(),
                Code::Ok,
                "{language}, round {round}: {status}"
            );
            assert_eq!(answer.body, framed(&sent), "{language}, round {round}");
        }
    }
    server.stop().await;
}
