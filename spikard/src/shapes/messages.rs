//! A stream of messages, in either direction.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use tonic::metadata::MetadataMap;

use crate::Status;

/// A stream of messages: what a duplex handler reads from, and what it answers with.
///
/// As a request it ends with `None` at the half-close, and with an error when the client cancels or the stream
/// breaks. As a response, an error ends it with that status.
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
pub struct Messages<M> {
    stream: Pin<Box<dyn Stream<Item = Result<M, Status>> + Send>>,
    trailers: Option<LateTrailers>,
}

type LateTrailers = Box<dyn FnOnce() -> MetadataMap + Send>;

impl<M> Messages<M> {
    /// The messages of any stream.
    pub fn new(stream: impl Stream<Item = Result<M, Status>> + Send + 'static) -> Self {
        Self {
            stream: Box::pin(stream),
            trailers: None,
        }
    }

    /// Adds trailers that are known only at the end of the stream. `trailers` is called after the last message of a
    /// response; its trailers are sent beside the response's own.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use spikard::{Messages, MetadataMap};
    ///
    /// let seen = Arc::new(Mutex::new(MetadataMap::new()));
    /// let at_the_end = seen.clone();
    /// let messages = Messages::from(vec![1, 2]).with_trailers(move || at_the_end.lock().unwrap().clone());
    /// # drop(messages);
    /// ```
    #[must_use]
    pub fn with_trailers(
        mut self,
        trailers: impl FnOnce() -> MetadataMap + Send + 'static,
    ) -> Self {
        self.trailers = Some(Box::new(trailers));
        self
    }

    /// The trailers of [`with_trailers`](Self::with_trailers), to be taken once, after the last message; empty
    /// without them.
    pub fn take_trailers(&mut self) -> MetadataMap {
        self.trailers
            .take()
            .map_or_else(MetadataMap::new, |trailers| trailers())
    }

    /// The next message, `None` after the last.
    ///
    /// # Errors
    ///
    /// The status with which the stream failed.
    pub async fn message(&mut self) -> Result<Option<M>, Status> {
        poll_fn(|cx| self.stream.as_mut().poll_next(cx))
            .await
            .transpose()
    }
}

impl<M> Stream for Messages<M> {
    type Item = Result<M, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.stream.as_mut().poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

/// All messages at once.
impl<M: Send + 'static> From<Vec<M>> for Messages<M> {
    fn from(messages: Vec<M>) -> Self {
        Self::new(Listed(messages.into_iter()))
    }
}

/// No messages.
impl<M: Send + 'static> Default for Messages<M> {
    fn default() -> Self {
        Self::from(Vec::new())
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
