//! The HTTP/2 connection preface, and the limit on waiting for it.

use std::future::pending;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::sleep;

/// With which every HTTP/2 connection begins (RFC 9113, 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The most that is read of a peer that speaks another protocol: a request of HTTP/1.1, as a rule.
const FOREIGN: usize = 64 << 10;

/// A connection that counts its bytes up to the preface, for which hyper waits without a limit.
pub(super) struct Prefaced<S> {
    stream: S,
    read: Arc<AtomicUsize>,
}

/// Whether a peer has sent its preface.
pub(super) struct Preface(Arc<AtomicUsize>);

impl<S> Prefaced<S> {
    pub(super) fn new(stream: S) -> (Self, Preface) {
        let read = Arc::new(AtomicUsize::new(0));
        let preface = Preface(read.clone());
        (Self { stream, read }, preface)
    }
}

impl Preface {
    pub(super) fn is_there(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= PREFACE.len()
    }

    /// Ready when the preface has not come within `limit`; else never.
    pub(super) async fn missing(&self, limit: Duration) {
        sleep(limit).await;
        if self.is_there() {
            pending::<()>().await;
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Prefaced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        // One task writes it, and it counts no further than the preface.
        let read = self.read.load(Ordering::Relaxed);
        if let Some(expected) = PREFACE.get(read..).filter(|rest| !rest.is_empty()) {
            let more = &buf.filled()[before..];
            let begun = more.len().min(expected.len());
            if more[..begun] != expected[..begun] {
                discard(&mut self.stream, cx);
            }
            let read = read.saturating_add(more.len());
            self.read.store(read, Ordering::Relaxed);
        }
        Poll::Ready(Ok(()))
    }
}

/// Reads what has come, to no purpose: a socket that is closed with unread bytes resets its connection, and the peer may
/// lose what it was told.
fn discard(stream: &mut (impl AsyncRead + Unpin), cx: &mut Context<'_>) {
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

impl<S: AsyncWrite + Unpin> AsyncWrite for Prefaced<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
