//! One call of a test.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use http::uri::PathAndQuery;
use tonic::Streaming;
use tonic::metadata::{AsciiMetadataKey, BinaryMetadataKey};

use crate::{
    GrpcBidiStreamResponse, GrpcResponse, GrpcServerStreamResponse, Message, MetadataMap,
    MetadataValue, Status,
};

use super::client::Client;
use super::codec::MessageCodec;

/// A call of a method, from [`Client::call`]: its metadata and deadline, and then one of the kinds of RPC.
///
/// The responses are those that handlers return, with metadata and trailers. A future that is dropped cancels its call.
#[derive(Debug)]
pub struct CallBuilder {
    client: Client,
    path: PathAndQuery,
    request: tonic::Request<()>,
}

impl Client {
    /// A call of a method, `"package.Service/Method"`.
    pub fn call(&self, method: &str) -> CallBuilder {
        CallBuilder::new(self.clone(), method)
    }
}

impl CallBuilder {
    pub(super) fn new(client: Client, method: &str) -> Self {
        let method = method.strip_prefix('/').unwrap_or(method);
        let path = PathAndQuery::try_from(format!("/{method}"));
        Self {
            client,
            path: path.unwrap_or_else(|error| panic!("{method:?} names no method: {error}")),
            request: tonic::Request::new(()),
        }
    }

    /// Adds metadata. A key may be added several times.
    ///
    /// # Panics
    ///
    /// If the key or the value is not one of gRPC.
    #[must_use]
    pub fn metadata(mut self, key: &str, value: &str) -> Self {
        let parsed = key.parse::<AsciiMetadataKey>();
        let key = parsed.unwrap_or_else(|error| panic!("the metadata key {key:?}: {error}"));
        let parsed = value.parse();
        let value = parsed.unwrap_or_else(|error| panic!("the metadata value {value:?}: {error}"));
        self.request.metadata_mut().append(key, value);
        self
    }

    /// Adds binary metadata, whose key ends in `-bin`.
    ///
    /// # Panics
    ///
    /// If the key is not one of binary metadata.
    #[must_use]
    pub fn metadata_bin(mut self, key: &str, value: &[u8]) -> Self {
        let parsed = key.parse::<BinaryMetadataKey>();
        let key = parsed.unwrap_or_else(|error| panic!("the metadata key {key:?}: {error}"));
        let value = MetadataValue::from_bytes(value);
        self.request.metadata_mut().append_bin(key, value);
        self
    }

    /// The deadline of the call (`grpc-timeout`), which the server enforces.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.request.set_timeout(timeout);
        self
    }

    /// A unary call.
    ///
    /// # Errors
    ///
    /// The status of a call that failed.
    pub async fn unary<M, R>(self, message: M) -> Result<GrpcResponse<R>, Status>
    where
        M: Message + Sync,
        R: Message + Sync,
    {
        self.client_streaming([message]).await
    }

    /// A client-streaming call.
    ///
    /// # Errors
    ///
    /// The status of a call that failed.
    pub async fn client_streaming<M, R>(
        self,
        messages: impl IntoIterator<Item = M, IntoIter: Send + 'static>,
    ) -> Result<GrpcResponse<R>, Status>
    where
        M: Message + Sync,
        R: Message + Sync,
    {
        let answered = self.answered::<M, R>(messages).await?;
        let count = answered.messages.len();
        let mut messages = answered.messages.into_iter();
        match (messages.next(), count) {
            (Some(payload), 1) => Ok(GrpcResponse {
                metadata: answered.metadata,
                trailers: answered.trailers,
                ..GrpcResponse::from(payload)
            }),
            _ => Err(Status::internal(format!(
                "the test expects one message, and the method answered with {count}"
            ))),
        }
    }

    /// A server-streaming call, with all messages of the response.
    ///
    /// # Errors
    ///
    /// The status of a call that failed.
    pub async fn server_streaming<M, R>(
        self,
        message: M,
    ) -> Result<GrpcServerStreamResponse<R>, Status>
    where
        M: Message + Sync,
        R: Message + Sync,
    {
        let answered = self.answered::<M, R>([message]).await?;
        Ok(GrpcServerStreamResponse {
            metadata: answered.metadata,
            trailers: answered.trailers,
            ..GrpcServerStreamResponse::from(answered.messages)
        })
    }

    /// A bidirectional call: all messages are sent, then the response is read. [`open`](Self::open) takes turns.
    ///
    /// # Errors
    ///
    /// The status of a call that failed.
    pub async fn bidirectional<M, R>(
        self,
        messages: impl IntoIterator<Item = M, IntoIter: Send + 'static>,
    ) -> Result<GrpcBidiStreamResponse<R>, Status>
    where
        M: Message + Sync,
        R: Message + Sync,
    {
        let answered = self.answered::<M, R>(messages).await?;
        Ok(GrpcBidiStreamResponse {
            metadata: answered.metadata,
            trailers: answered.trailers,
            ..GrpcBidiStreamResponse::from(answered.messages)
        })
    }

    async fn answered<M, R>(
        self,
        messages: impl IntoIterator<Item = M, IntoIter: Send + 'static>,
    ) -> Result<Answered<R>, Status>
    where
        M: Message + Sync,
        R: Message + Sync,
    {
        let messages = Listed(messages.into_iter());
        let response = self.streaming::<M, R, _>(|()| messages).await?;
        let (metadata, mut stream, _) = response.into_parts();
        let mut received = Vec::new();
        while let Some(message) = stream.message().await? {
            received.push(message);
        }
        Ok(Answered {
            messages: received,
            metadata,
            trailers: stream.trailers().await?.unwrap_or_default(),
        })
    }

    /// Begins the call. The headers of the response have come when this is ready.
    pub(super) async fn streaming<M, R, S>(
        self,
        messages: impl FnOnce(()) -> S,
    ) -> Result<tonic::Response<Streaming<R>>, Status>
    where
        M: Message + Sync,
        R: Message + Sync,
        S: Stream<Item = M> + Send + 'static,
    {
        let request = self.request.map(messages);
        let codec = MessageCodec::<M, R>::new();
        let mut grpc = tonic::client::Grpc::new(self.client).max_decoding_message_size(usize::MAX);
        grpc.streaming(request, self.path, codec).await
    }

    /// What cancels the call.
    pub(super) fn cancellation(&mut self) -> tonic::CancellationHandle {
        self.request.cancellation_handle()
    }
}

/// A response as it came.
struct Answered<R> {
    messages: Vec<R>,
    metadata: MetadataMap,
    trailers: MetadataMap,
}

/// The messages of a request, all there.
struct Listed<I>(I);

impl<I> Unpin for Listed<I> {}

impl<I: Iterator> Stream for Listed<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }
}
