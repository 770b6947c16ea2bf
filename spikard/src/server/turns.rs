//! Turns: between two of them, the calls of a connection run.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};

use super::through::write_through;

/// The bytes that a connection reads in one turn. h2 reads for as long as there is something, up to the flow-control
/// windows: megabytes, which have left the processor's cache when their calls read them.
const TURN: usize = 256 << 10;

/// A connection that lets its calls run after each turn of reading.
pub(super) struct InTurns<S> {
    stream: S,
    /// The bytes of this turn.
    read: usize,
}

impl<S> InTurns<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, read: 0 }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for InTurns<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.read >= TURN {
            self.read = 0;
            // The task is queued behind those of the calls that it has woken.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.read = match polled {
            Poll::Ready(_) => self.read + (buf.filled().len() - before),
            Poll::Pending => 0,
        };
        polled
    }
}

write_through!(InTurns);

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, repeat};

    use super::*;

    #[tokio::test]
    async fn a_turn_ends_and_the_next_begins_by_itself() {
        let mut stream = InTurns::new(repeat(1));
        let (mut read, mut turns) = (0, 1);
        let mut chunk = vec![0; 16 << 10];
        while read < 4 * TURN {
            let mut reading = Box::pin(stream.read(&mut chunk));
            read += std::future::poll_fn(|cx| match reading.as_mut().poll(cx) {
                Poll::Pending => {
                    turns += 1;
                    Poll::Pending
                }
                ready => ready,
            })
            .await
            .unwrap();
        }
        assert_eq!((read, turns), (4 * TURN, 4));
    }
}
