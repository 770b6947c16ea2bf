//! The request types.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use tonic::metadata::MetadataMap;

use crate::Call;

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
pub struct GrpcRequest<M = Bytes> {
    /// The full name of the service, `messageservice.MessageService`.
    pub service_name: Cow<'static, str>,
    /// The name of the method, `BatchCreate`.
    pub method_name: Cow<'static, str>,
    /// The client's metadata, without the headers of the protocol.
    pub metadata: MetadataMap,
    /// The message.
    pub payload: M,
    /// What the server knows of the call.
    pub call: Arc<Call>,
}

/// The request of a client-streaming RPC: every message of the client, in order.
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
pub struct GrpcClientStreamRequest<M = Bytes> {
    /// The full name of the service, `messageservice.MessageService`.
    pub service_name: Cow<'static, str>,
    /// The name of the method, `BatchCreate`.
    pub method_name: Cow<'static, str>,
    /// The client's metadata, without the headers of the protocol.
    pub metadata: MetadataMap,
    /// Every message of the stream, in the order sent.
    pub messages: Vec<M>,
    /// What the server knows of the call.
    pub call: Arc<Call>,
}

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
pub struct GrpcBidiStreamRequest<M = Bytes> {
    /// The full name of the service, `transformservice.TransformService`.
    pub service_name: Cow<'static, str>,
    /// The name of the method, `TransformStream`.
    pub method_name: Cow<'static, str>,
    /// The client's metadata, without the headers of the protocol.
    pub metadata: MetadataMap,
    /// Every message of the stream, in the order sent.
    pub messages: Vec<M>,
    /// What the server knows of the call.
    pub call: Arc<Call>,
}

// By hand, because a derive would ask `M: Default` of the lists.
macro_rules! default_request {
    ($shape:ident, $field:ident $(, $bound:ident)?) => {
        impl<M $(: $bound)?> Default for $shape<M> {
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

default_request!(GrpcRequest, payload, Default);
default_request!(GrpcClientStreamRequest, messages);
default_request!(GrpcBidiStreamRequest, messages);
