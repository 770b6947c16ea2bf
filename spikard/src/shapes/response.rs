//! The response types.

use bytes::Bytes;
use tonic::metadata::MetadataMap;

use crate::Compression;

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
    /// Sent as initial metadata, before the message.
    pub metadata: MetadataMap,
    /// Sent after the message, with the status.
    pub trailers: MetadataMap,
    /// How the message is compressed, if the client accepts it; `None` is what the server does by default.
    pub compression: Option<Compression>,
}

/// The response of a server-streaming RPC, as a list of messages.
#[derive(Clone, Debug)]
pub struct GrpcServerStreamResponse<R = Bytes> {
    /// The messages, sent in this order.
    pub messages: Vec<R>,
    /// Sent as initial metadata, before the first message.
    pub metadata: MetadataMap,
    /// Sent after the last message, with the status.
    pub trailers: MetadataMap,
    /// How each message is compressed, if the client accepts it; `None` is what the server does by default.
    pub compression: Option<Compression>,
    /// The indices of messages that are sent as they are all the same, such as pictures.
    pub uncompressed: Vec<usize>,
}

/// The response of a bidirectional RPC, buffered: a list of messages.
///
/// ```
/// use spikard::{Bytes, GrpcBidiStreamResponse};
///
/// let response = GrpcBidiStreamResponse::from(vec![Bytes::from_static(b"one")]);
/// assert_eq!(response.messages.len(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct GrpcBidiStreamResponse<R = Bytes> {
    /// The messages, sent in this order.
    pub messages: Vec<R>,
    /// Sent as initial metadata, before the first message.
    pub metadata: MetadataMap,
    /// Sent after the last message, with the status.
    pub trailers: MetadataMap,
    /// How each message is compressed, if the client accepts it; `None` is what the server does by default.
    pub compression: Option<Compression>,
    /// The indices of messages that are sent as they are all the same, such as pictures.
    pub uncompressed: Vec<usize>,
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

macro_rules! list_response {
    ($shape:ident) => {
        impl<R> Default for $shape<R> {
            fn default() -> Self {
                Self::from(Vec::new())
            }
        }

        /// A response without metadata.
        impl<R> From<Vec<R>> for $shape<R> {
            fn from(messages: Vec<R>) -> Self {
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

list_response!(GrpcServerStreamResponse);
list_response!(GrpcBidiStreamResponse);
