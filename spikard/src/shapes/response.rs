//! The response types.

use bytes::Bytes;
use tonic::metadata::MetadataMap;

use super::{Compression, Messages};

/// The response of a unary or client-streaming RPC: one message.
///
/// ```
/// use spikard::{Bytes, GrpcResponse};
///
/// let response = GrpcResponse { payload: Bytes::from_static(b"\x08\x03"), ..Default::default() };
/// assert!(response.metadata.is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct GrpcResponse<R = Bytes> {
    /// The message.
    pub payload: R,
    /// Initial metadata, sent before the message.
    pub metadata: MetadataMap,
    /// Trailers, sent after the message with the status.
    pub trailers: MetadataMap,
    /// How the message is compressed, if the client accepts it; `None` is what the server does by default.
    pub compression: Option<Compression>,
}

impl<R: Default> Default for GrpcResponse<R> {
    fn default() -> Self {
        Self::from(R::default())
    }
}

/// A response without metadata.
impl<R> From<R> for GrpcResponse<R> {
    fn from(payload: R) -> Self {
        Self {
            payload,
            metadata: MetadataMap::new(),
            trailers: MetadataMap::new(),
            compression: None,
        }
    }
}

macro_rules! response_of_several {
    (
        $(#[$docs:meta])*
        $shape:ident<R $(: $bound:ident + $lifetime:lifetime)?> {
            $(#[$field_docs:meta])*
            messages: $messages:ty,
        }
    ) => {
        $(#[$docs])*
        pub struct $shape<R = Bytes> {
            $(#[$field_docs])*
            pub messages: $messages,
            /// Initial metadata, sent before the first message.
            pub metadata: MetadataMap,
            /// Trailers, sent after the last message with the status.
            pub trailers: MetadataMap,
            /// How each message is compressed, if the client accepts it; `None` is what the server does by default.
            pub compression: Option<Compression>,
            /// The indices of messages that are sent uncompressed all the same, such as pictures.
            pub uncompressed: Vec<usize>,
        }

        impl<R $(: $bound + $lifetime)?> Default for $shape<R> {
            fn default() -> Self {
                Self::from(<$messages>::default())
            }
        }

        /// A response without metadata.
        impl<R> From<$messages> for $shape<R> {
            fn from(messages: $messages) -> Self {
                Self {
                    messages,
                    metadata: MetadataMap::new(),
                    trailers: MetadataMap::new(),
                    compression: None,
                    uncompressed: Vec::new(),
                }
            }
        }
    };
}

response_of_several! {
    /// The response of a server-streaming RPC, as a list of messages.
    ///
    /// ```
    /// use spikard::GrpcServerStreamResponse;
    ///
    /// let response: GrpcServerStreamResponse<u64> = (1..=3).collect();
    /// assert_eq!(response.messages, [1, 2, 3]);
    /// ```
    #[derive(Clone, Debug)]
    GrpcServerStreamResponse<R> {
        /// The messages, sent in this order.
        messages: Vec<R>,
    }
}

response_of_several! {
    /// The response of a bidirectional RPC, buffered: a list of messages.
    ///
    /// ```
    /// use spikard::{Bytes, GrpcBidiStreamResponse};
    ///
    /// let response = GrpcBidiStreamResponse::from(vec![Bytes::from_static(b"one")]);
    /// assert_eq!(response.messages.len(), 1);
    /// ```
    #[derive(Clone, Debug)]
    GrpcBidiStreamResponse<R> {
        /// The messages, sent in this order.
        messages: Vec<R>,
    }
}

macro_rules! collected {
    ($($shape:ident),*) => {$(
        /// A response without metadata.
        impl<R> FromIterator<R> for $shape<R> {
            fn from_iter<I: IntoIterator<Item = R>>(messages: I) -> Self {
                Self::from(Vec::from_iter(messages))
            }
        }
    )*};
}

collected!(GrpcServerStreamResponse, GrpcBidiStreamResponse);

response_of_several! {
    /// The response of a full-duplex RPC, or of a server-streaming one, as a stream of messages.
    ///
    /// ```
    /// use spikard::{Bytes, GrpcDuplexRequest, GrpcDuplexResponse, Messages, Status};
    ///
    /// /// Sends every message back when it arrives.
    /// async fn echo(request: GrpcDuplexRequest) -> Result<GrpcDuplexResponse, Status> {
    ///     Ok(GrpcDuplexResponse::from(request.messages))
    /// }
    /// ```
    #[derive(Debug)]
    GrpcDuplexResponse<R: Send + 'static> {
        /// The messages; the next is asked for when the client's flow-control window has room for it.
        messages: Messages<R>,
    }
}
