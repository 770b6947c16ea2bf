//! The HTTP/2 connection preface, and the limit on waiting for it.

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::sleep;

/// With which every HTTP/2 connection begins (RFC 9113, 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The most that is read of a peer that speaks another protocol: a request of HTTP/1.1, as a rule.
const FOREIGN: usize = 64 << 10;

/// The bytes of a connection up to its preface, for which hyper waits without a limit.
#[derive(Clone, Default)]
pub(super) struct Preface(Arc<AtomicUsize>);

impl Preface {
    pub(super) fn is_there(&self) -> bool {
        self.read() >= PREFACE.len()
    }

    /// Ready when the preface has not come within `limit`; else never.
    pub(super) async fn missing(&self, limit: Duration) {
        sleep(limit).await;
        if self.is_there() {
            pending::<()>().await;
        }
    }

    /// Counts what was read. False for what another protocol begins with.
    pub(super) fn goes_on_with(&self, more: &[u8]) -> bool {
        let read = self.read();
        let Some(expected) = PREFACE.get(read..).filter(|rest| !rest.is_empty()) else {
            return true;
        };
        // One task writes it, and it counts no further than the preface.
        let after = read.saturating_add(more.len());
        self.0.store(after, Ordering::Relaxed);
        let begun = more.len().min(expected.len());
        more[..begun] == expected[..begun]
    }

    fn read(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Reads what has come, to no purpose: a socket that is closed with unread bytes resets its connection, and the peer may
/// lose what it was told.
pub(super) fn discard(stream: &mut (impl AsyncRead + Unpin), cx: &mut Context<'_>) {
    let mut scratch = [0; 4096];
    let mut left = FOREIGN;
    while left > 0 {
        let mut buf = ReadBuf::new(&mut scratch);
        match Pin::new(&mut *stream).poll_read(cx, &mut buf) {
            Poll::Ready(Ok(())) if !buf.filled().is_empty() => {
                left = left.saturating_sub(buf.filled().len());
            }
            _ => return,
        }
    }
}
