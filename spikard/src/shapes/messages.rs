//! A stream of messages, in either direction.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::Status;

/// A stream of messages: what a duplex handler reads from, and what it answers with.
///
/// As a request it ends with `None` when the client half-closes, and with an error when the stream
/// breaks off. As a response, an error ends it with that status.
///
/// ```
/// use spikard::Messages;
/// # async fn run() -> Result<(), spikard::Status> {
/// let mut messages = Messages::from(vec![1, 2]);
/// let mut sum = 0;
/// while let Some(message) = messages.message().await? {
///     sum += message;
/// }
/// assert_eq!(sum, 3);
/// # Ok(())
/// # }
/// ```
pub struct Messages<M>(Pin<Box<dyn Stream<Item = Result<M, Status>> + Send>>);

impl<M> Messages<M> {
    /// The messages of any stream.
    pub fn new(stream: impl Stream<Item = Result<M, Status>> + Send + 'static) -> Self {
        Self(Box::pin(stream))
    }

    /// The next message, `None` after the last.
    ///
    /// # Errors
    ///
    /// The status with which the stream failed.
    pub async fn message(&mut self) -> Result<Option<M>, Status> {
        poll_fn(|cx| self.0.as_mut().poll_next(cx))
            .await
            .transpose()
    }
}

impl<M> Stream for Messages<M> {
    type Item = Result<M, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// All messages at once.
impl<M: Send + 'static> From<Vec<M>> for Messages<M> {
    fn from(messages: Vec<M>) -> Self {
        Self::new(Listed(messages.into_iter()))
    }
}

impl<M> fmt::Debug for Messages<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Messages(..)")
    }
}

struct Listed<M>(std::vec::IntoIter<M>);

impl<M> Unpin for Listed<M> {}

impl<M> Stream for Listed<M> {
    type Item = Result<M, Status>;

    fn poll_next(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(Ok))
    }
}
