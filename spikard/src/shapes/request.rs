//! The request types.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use tonic::metadata::MetadataMap;

use crate::Call;

use super::Messages;

// `Default` by hand, because a derive would ask `M: Default` of the lists.
macro_rules! request {
    (
        $(#[$docs:meta])*
        $shape:ident<M $(: $bound:ident $(+ $more:lifetime)?)?> {
            $(#[$field_docs:meta])*
            $field:ident: $messages:ty,
        }
    ) => {
        $(#[$docs])*
        pub struct $shape<M = Bytes> {
            /// The full name of the service, `messageservice.MessageService`.
            pub service_name: Cow<'static, str>,
            /// The name of the method, `BatchCreate`.
            pub method_name: Cow<'static, str>,
            /// The client's metadata, without the headers of the protocol.
            pub metadata: MetadataMap,
            $(#[$field_docs])*
            pub $field: $messages,
            /// What the server knows of the call.
            pub call: Arc<Call>,
        }

        impl<M $(: $bound $(+ $more)?)?> Default for $shape<M> {
            fn default() -> Self {
                Self {
                    service_name: Cow::Borrowed(""),
                    method_name: Cow::Borrowed(""),
                    metadata: MetadataMap::new(),
                    $field: Default::default(),
                    call: Arc::default(),
                }
            }
        }
    };
}

request! {
    /// The request of a unary or server-streaming RPC: one message.
    ///
    /// `M` is [`Bytes`] (raw protobuf) or any `prost::Message`.
    ///
    /// ```
    /// use spikard::{Bytes, GrpcRequest};
    ///
    /// let request = GrpcRequest { payload: Bytes::from_static(b"\x08\x01"), ..Default::default() };
    /// assert_eq!(request.payload.len(), 2);
    /// ```
    #[derive(Clone, Debug)]
    GrpcRequest<M: Default> {
        /// The message.
        payload: M,
    }
}

request! {
    /// The request of a client-streaming RPC, buffered: every message of the client, in order.
    ///
    /// ```
    /// use spikard::{Bytes, GrpcClientStreamRequest};
    ///
    /// let request = GrpcClientStreamRequest {
    ///     messages: vec![Bytes::from_static(b"one"), Bytes::from_static(b"two")],
    ///     ..Default::default()
    /// };
    /// assert_eq!(request.messages.len(), 2);
    /// ```
    #[derive(Clone, Debug)]
    GrpcClientStreamRequest<M> {
        /// Every message of the stream, in the order sent.
        messages: Vec<M>,
    }
}

request! {
    /// The request of a bidirectional RPC, buffered: every message of the client, in order.
    ///
    /// ```
    /// use spikard::{Bytes, GrpcBidiStreamRequest};
    ///
    /// let request = GrpcBidiStreamRequest {
    ///     messages: vec![Bytes::from_static(b"one")],
    ///     ..Default::default()
    /// };
    /// assert_eq!(request.messages[0], "one");
    /// ```
    #[derive(Clone, Debug)]
    GrpcBidiStreamRequest<M> {
        /// Every message of the stream, in the order sent.
        messages: Vec<M>,
    }
}

request! {
    /// The request of an RPC that is not buffered: the client's messages as they arrive.
    ///
    /// Answered with a [`GrpcDuplexResponse`](crate::GrpcDuplexResponse) it is full duplex, with a
    /// [`GrpcResponse`](crate::GrpcResponse) client streaming whose uploads no memory has to hold, and whose answer may
    /// come before the half-close:
    ///
    /// ```
    /// use spikard::{GrpcDuplexRequest, GrpcResponse, Status};
    ///
    /// async fn count_bytes(mut request: GrpcDuplexRequest) -> Result<GrpcResponse<u64>, Status> {
    ///     let mut bytes = 0;
    ///     while let Some(message) = request.messages.message().await? {
    ///         bytes += message.len() as u64;
    ///     }
    ///     Ok(GrpcResponse::from(bytes)) // after the half-close: an upload that breaks off is an `Err` before
    /// }
    /// ```
    ///
    /// This is an opt-in: a stream that is read while it is sent is neither all-or-nothing nor bounded as a whole.
    /// Of the limits, the size of one message applies; the number of messages, the bytes of the stream and the idle
    /// timeout apply where the method sets them.
    ///
    /// Backpressure: a handler that does not read holds its client back. At most one chunk is taken before
    /// it is asked for.
    #[derive(Debug)]
    GrpcDuplexRequest<M: Send + 'static> {
        /// The client's messages.
        messages: Messages<M>,
    }
}
