//! The HTTP/2 connection preface, and the limit on waiting for it.

use std::future::pending;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::sleep;

use super::through::write_through;

/// `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`, with which every HTTP/2 connection begins (RFC 9113, 3.4).
const PREFACE: usize = 24;

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
        self.0.load(Ordering::Relaxed) >= PREFACE
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
        if read < PREFACE {
            let more = buf.filled().len() - before;
            self.read
                .store(read.saturating_add(more), Ordering::Relaxed);
        }
        Poll::Ready(Ok(()))
    }
}

write_through!(Prefaced);
