//! Peers that are gone, in a graceful shutdown.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::task::TaskTracker;

/// The time for a peer to acknowledge the PING that comes with GOAWAY; as long as grpc-go waits for it.
const ACKNOWLEDGES_WITHIN: Duration = Duration::from_secs(5);

/// What passes through a connection, in both directions.
#[derive(Clone, Debug, Default)]
pub(super) struct Traffic(Arc<State>);

#[derive(Debug, Default)]
struct State {
    bytes: AtomicUsize,
    /// Whether a write waits for the peer.
    waits: AtomicBool,
}

impl Traffic {
    /// Ready when a connection that has just been told GOAWAY has no stream of these in flight, and its peer has said
    /// nothing since: it would have acknowledged a PING. An answer that is still being sent is traffic, and a write that
    /// waits is [`Stall`](super::stall::Stall)'s.
    pub(super) async fn peer_is_gone(&self, streams: &TaskTracker) {
        streams.close();
        loop {
            streams.wait().await;
            let before = self.bytes();
            sleep(ACKNOWLEDGES_WITHIN).await;
            let waits = self.0.waits.load(Ordering::Relaxed);
            if before == self.bytes() && !waits && streams.is_empty() {
                return;
            }
        }
    }

    fn bytes(&self) -> usize {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// So many bytes were read or written.
    pub(super) fn passed(&self, bytes: usize) {
        // The connection's task alone writes it. It wraps around, which only a multiple of 2^64 bytes would not show.
        let bytes = self.bytes().wrapping_add(bytes);
        self.0.bytes.store(bytes, Ordering::Relaxed);
    }

    /// What became of a write.
    pub(super) fn written(&self, written: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(bytes)) = written {
            self.passed(*bytes);
        }
        self.0.waits.store(written.is_pending(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::timeout;

    use super::*;
    use crate::server::socket::Socket;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_says_something_is_there() {
        let (mut peer, ours) = duplex(64);
        let mut socket = Socket::new(ours, None);
        let traffic = socket.traffic();
        let streams = TaskTracker::new();
        let mut gone = pin!(traffic.peer_is_gone(&streams));
        for _ in 0..10 {
            let soon = timeout(ACKNOWLEDGES_WITHIN - Duration::from_secs(1), gone.as_mut());
            assert!(soon.await.is_err());
            peer.write_all(b"PING").await.unwrap();
            socket.read_exact(&mut [0; 4]).await.unwrap();
        }
        timeout(LONG, gone).await.expect("it says no more");
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_waits_is_not_cut_off() {
        let (mut peer, ours) = duplex(64);
        let mut socket = Socket::new(ours, None);
        let traffic = socket.traffic();
        let streams = TaskTracker::new();
        let mut gone = pin!(traffic.peer_is_gone(&streams));
        let answer = async {
            socket.write_all(&[7; 100]).await.unwrap();
            socket
        };
        let mut answer = pin!(answer);
        tokio::select! {
            _ = answer.as_mut() => panic!("it does not fit"),
            () = gone.as_mut() => panic!("it waits for a slow peer"),
            () = sleep(LONG) => {}
        }
        let mut read = [0; 100];
        let (_socket, read) = tokio::join!(answer, peer.read_exact(&mut read));
        read.unwrap();
        timeout(LONG, gone).await.expect("it is written");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_in_flight_is_waited_for() {
        let (_peer, ours) = duplex(64);
        let traffic = Socket::new(ours, None).traffic();
        let streams = TaskTracker::new();
        let stream = streams.token();
        let mut gone = pin!(traffic.peer_is_gone(&streams));
        assert!(timeout(LONG, gone.as_mut()).await.is_err());
        drop(stream);
        timeout(LONG, gone).await.expect("it has ended");
    }
}
