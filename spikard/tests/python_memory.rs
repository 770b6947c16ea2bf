//! A thousand duplex calls at once, whose clients read slowly: memory stays flat. In a process of its own, because it
//! is the process's memory that is measured.
#![allow(missing_docs)]

mod python_support;
#[allow(dead_code, reason = "the tests of streams use the rest of it")]
#[path = "python_streams/raw.rs"]
mod raw;
#[allow(dead_code, reason = "the tests of the server use the rest of it")]
#[path = "serving/support.rs"]
mod support;

use std::time::Duration;

use python_support::{interpreter, unary};
use raw::{Raw, open};
use spikard::{Bytes, GrpcDuplexRequest, GrpcDuplexResponse, Server, Status, grpc_stream};
use support::{Running, path, ready};
use tonic::Streaming;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};

const CALLS: usize = 1000;
const CONNECTIONS: usize = 10;
const SIZE: usize = 2000;
/// What each call reads in a round.
const READ: usize = 20;
const ROUNDS: usize = 8;

#[grpc_stream(service = "test.Flood", python = "streaming:flood")]
async fn flood(request: GrpcDuplexRequest) -> Result<GrpcDuplexResponse, Status>;

/// With small windows, so that what waits is the server's.
async fn client(running: &Running) -> Grpc<Channel> {
    let endpoint = Endpoint::from_shared(format!("http://{}", running.addr)).unwrap();
    let endpoint = endpoint
        .initial_stream_window_size(16 * 1024)
        .initial_connection_window_size(4 << 20);
    Grpc::new(endpoint.connect().await.unwrap())
}

async fn made() -> usize {
    let answer = unary("streaming:counted", "flood").await.unwrap();
    std::str::from_utf8(&answer.payload)
        .unwrap()
        .parse()
        .unwrap()
}

/// Waits until no generator goes on; nothing but a change would say that they have stopped.
async fn settled() -> usize {
    let mut before = 0;
    loop {
        let now = made().await;
        if now == before && now >= CALLS {
            return now;
        }
        before = now;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// What the process has in memory, in MiB.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.unwrap().trim().trim_end_matches(" kB");
    kib.parse::<usize>().unwrap() >> 10
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_calls_with_a_slow_reader_take_no_more_memory_the_longer_they_run() {
    interpreter();
    let running = Running::start(Server::builder().add(Flood)).await;
    let mut answers: Vec<Streaming<Bytes>> = Vec::new();
    let mut senders = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut client = client(&running).await;
        for _ in 0..CALLS / CONNECTIONS {
            let (send, stream) = open();
            let request = tonic::Request::new(stream);
            let call = ready(&mut client)
                .await
                .streaming(request, path("/test.Flood/Flood"), Raw);
            answers.push(call.await.unwrap().into_inner());
            senders.push(send);
        }
    }
    let before = resident();
    for send in &senders {
        send.send(Bytes::from(SIZE.to_string())).await.unwrap();
    }
    settled().await;
    let mut after = Vec::new();
    for round in 1..=ROUNDS {
        for answer in &mut answers {
            for _ in 0..READ {
                assert_eq!(answer.message().await.unwrap().unwrap().len(), SIZE);
            }
        }
        let ahead = settled().await - round * READ * CALLS;
        let each = ahead * SIZE / CALLS;
        assert!(
            each < 256 << 10,
            "{each} bytes of each call were made and not read"
        );
        after.push(resident());
    }
    println!("{before} MiB before the first message, then after each round: {after:?}");
    let (first, last) = (after[0], after[ROUNDS - 1]);
    let read = ((ROUNDS - 1) * READ * CALLS * SIZE) >> 20;
    assert!(
        last < first + read / 4,
        "{first} MiB, then {last} MiB when {read} MiB were read"
    );
    assert!(
        last < before + 400,
        "{before} MiB, then {last} MiB for {CALLS} calls"
    );
    drop((answers, senders));
    let ended = async {
        loop {
            let said = unary("streaming:what_happened", "flood")
                .await
                .unwrap()
                .payload;
            if String::from_utf8_lossy(&said)
                .matches("GeneratorExit")
                .count()
                == CALLS
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), ended)
        .await
        .unwrap();
}
