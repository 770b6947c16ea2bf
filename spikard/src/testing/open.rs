//! A call that is open: messages go and come one by one.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tonic::{CancellationHandle, Streaming};

use crate::{Message, MetadataMap, Status};

use super::call::CallBuilder;

/// A call that was begun, from [`CallBuilder::open`]. Dropping it cancels it.
///
/// ```
/// use spikard::testing::Client;
/// use spikard::{GrpcDuplexRequest, GrpcDuplexResponse, Server, Status, grpc_stream};
///
/// #[grpc_stream(service = "chat.Chat")]
/// async fn echo(request: GrpcDuplexRequest<String>) -> Result<GrpcDuplexResponse<String>, Status> {
///     Ok(GrpcDuplexResponse::from(request.messages))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::new(Server::builder().add(Echo))?;
/// let mut call = client.call("chat.Chat/Echo").open::<String, String>();
/// for word in ["one", "two"] {
///     call.send(word.to_owned()).await?;
///     assert_eq!(call.message().await?.as_deref(), Some(word));
/// }
/// call.half_close();
/// assert_eq!(call.message().await?, None);
/// # Ok(())
/// # }
/// ```
pub struct OpenCall<M, R> {
    /// `None` after the half-close.
    messages: Option<mpsc::Sender<M>>,
    response: Response<R>,
    cancellation: Option<CancellationHandle>,
}

enum Response<R> {
    Awaited(JoinHandle<Result<tonic::Response<Streaming<R>>, Status>>),
    Begun {
        metadata: MetadataMap,
        messages: Box<Streaming<R>>,
    },
    Failed(Status),
}

impl CallBuilder {
    /// Begins a call of any kind, to send and receive one message after the other.
    pub fn open<M, R>(self) -> OpenCall<M, R>
    where
        M: Message + Sync,
        R: Message + Sync,
    {
        OpenCall::begin(self)
    }
}

impl<M: Message + Sync, R: Message + Sync> OpenCall<M, R> {
    fn begin(mut call: CallBuilder) -> Self {
        let (messages, sent) = mpsc::channel(1);
        let cancellation = call.cancellation();
        // In a task: messages are sent whether or not the test asks for the response.
        let response = tokio::spawn(async move {
            let sent = Sent(sent);
            call.streaming::<M, R, _>(|()| sent).await
        });
        Self {
            messages: Some(messages),
            response: Response::Awaited(response),
            cancellation: Some(cancellation),
        }
    }

    /// Sends a message, when there is room for it: a handler that does not read makes this wait.
    ///
    /// # Errors
    ///
    /// The status of a call that has ended, or INVALID_ARGUMENT after the half-close.
    pub async fn send(&mut self, message: M) -> Result<(), Status> {
        let Some(messages) = &self.messages else {
            let text = "the test has half-closed this call, and sends a message after it";
            return Err(Status::invalid_argument(text));
        };
        if messages.send(message).await.is_ok() {
            return Ok(());
        }
        self.begun().await?;
        Err(Status::unavailable(
            "the call takes no more messages: its response has come, or is coming",
        ))
    }

    /// Sends no more messages.
    pub fn half_close(&mut self) {
        self.messages = None;
    }

    /// The next message of the response, `None` after the last.
    ///
    /// # Errors
    ///
    /// The status of a call that failed.
    pub async fn message(&mut self) -> Result<Option<R>, Status> {
        let (_, messages) = self.begun().await?;
        messages.message().await
    }

    /// The initial metadata of the response, when it has come.
    ///
    /// # Errors
    ///
    /// The status of a call that failed before there was any.
    pub async fn metadata(&mut self) -> Result<&MetadataMap, Status> {
        let (metadata, _) = self.begun().await?;
        Ok(metadata)
    }

    /// The trailers of the response. Messages that were not read before are passed over.
    ///
    /// # Errors
    ///
    /// The status of a call that failed.
    pub async fn trailers(&mut self) -> Result<MetadataMap, Status> {
        let (_, messages) = self.begun().await?;
        Ok(messages.trailers().await?.unwrap_or_default())
    }

    /// Cancels the call, as a client does that is no longer interested.
    pub fn cancel(self) {
        drop(self);
    }

    async fn begun(&mut self) -> Result<(&MetadataMap, &mut Streaming<R>), Status> {
        if let Response::Awaited(response) = &mut self.response {
            let response = match response.await {
                Ok(response) => response,
                Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
            };
            self.response = match response {
                Ok(response) => {
                    let (metadata, messages, _) = response.into_parts();
                    Response::Begun {
                        metadata,
                        messages: Box::new(messages),
                    }
                }
                Err(status) => Response::Failed(status),
            };
        }
        match &mut self.response {
            Response::Begun { metadata, messages } => Ok((metadata, messages)),
            Response::Failed(status) => Err(status.clone()),
            Response::Awaited(_) => Err(Status::internal("the response is awaited")),
        }
    }
}

impl<M, R> Drop for OpenCall<M, R> {
    fn drop(&mut self) {
        if let Some(cancellation) = self.cancellation.take() {
            cancellation.cancel();
        }
        if let Response::Awaited(response) = &self.response {
            response.abort();
        }
    }
}

/// The messages that are sent, as they are.
struct Sent<M>(mpsc::Receiver<M>);

impl<M> Stream for Sent<M> {
    type Item = M;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<M>> {
        self.0.poll_recv(cx)
    }
}

impl<M, R> fmt::Debug for OpenCall<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenCall").finish_non_exhaustive()
    }
}
