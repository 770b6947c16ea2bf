//! The limits of a server. Those of a method are in the tables.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use spikard::{Code, Limits, Server, ServerBuilder};
use spikard_tests::languages::{LANGUAGES, path};
use spikard_tests::mounts;
use spikard_tests::probe::Probe;
use spikard_tests::raw::{Raw, request};
use spikard_tests::wire::framed;

use crate::support::good_call;

fn with(limits: Limits) -> ServerBuilder {
    Server::builder().limits(limits)
}

/// A server with limits, messages that fit in no more than one of them, and the text that names it.
fn cases() -> Vec<(ServerBuilder, Vec<usize>, &'static str)> {
    vec![
        (
            with(Limits {
                max_messages: 3,
                ..Limits::default()
            }),
            vec![1; 4],
            "the stream has more than max_messages = 3 messages (message 4 arrived)",
        ),
        (
            with(Limits {
                max_message_bytes: 64,
                ..Limits::default()
            }),
            vec![64, 65],
            "message 1 has 65 bytes, more than max_message_bytes = 64",
        ),
        (
            with(Limits {
                max_stream_bytes: 100,
                ..Limits::default()
            }),
            vec![60, 60],
            "the messages of the stream have 120 bytes or more, over max_stream_bytes = 100",
        ),
        (
            Server::builder().max_buffered_bytes(1000),
            vec![600, 600],
            "the calls in flight fill the server's buffer, max_buffered_bytes = 1000",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_exceeds_a_limit_is_refused_by_its_name() -> Result<(), Box<dyn Error>> {
    for language in LANGUAGES {
        for (server, sizes, text) in cases() {
            let server = mounts::serve(server.add(Probe)).await;
            let raw = Raw::connect(&server.address).await?;
            let request = request(&path("Join", language)).body(())?;
            let messages = sizes
                .iter()
                .map(|size| Bytes::from(framed(&vec![b'a'; *size])));
            let answer = raw.call(request, messages).await?;
            let status = answer.status().ok_or("no status")?;
            assert_eq!(
                status.code(),
                Code::ResourceExhausted,
                "{language}: {status}"
            );
            assert!(
                status.message().starts_with(text),
                "{language}: {status}, not {text}"
            );
            good_call(&raw, language, "after a limit").await;
            drop(raw);
            server.stop().await;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_progress_ends() -> Result<(), Box<dyn Error>> {
    for language in LANGUAGES {
        let limits = Limits {
            idle_timeout: Duration::from_millis(50),
            ..Limits::default()
        };
        let server = mounts::serve(with(limits).add(Probe)).await;
        let raw = Raw::connect(&server.address).await?;
        let request = request(&path("Join", language)).body(())?;
        let answer = raw.begin(request).await?.answer().await?;
        let status = answer.status().ok_or("no status")?;
        assert_eq!(
            status.code(),
            Code::DeadlineExceeded,
            "{language}: {status}"
        );
        assert!(
            status.message().contains("idle_timeout = 50ms"),
            "{language}: {status}"
        );
        good_call(&raw, language, "after a call without progress").await;
        drop(raw);
        server.stop().await;
    }
    Ok(())
}
