//! The request and response of RPCs that are not buffered.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use tonic::metadata::MetadataMap;

use crate::{Call, Compression};

use super::Messages;

/// The request of a full-duplex RPC: the client's messages as they arrive.
///
/// This is an opt-in: what spikard promises of buffered calls (all or nothing, a bounded size) a
/// stream that is read while it is sent cannot keep. Of the limits, the size of one message holds; the
/// number of messages, the bytes of the stream and the idle time only where the method sets them.
///
/// A handler that does not read holds its client back: at most one chunk is taken before it is asked for.
#[derive(Debug)]
pub struct GrpcDuplexRequest<M = Bytes> {
    /// The full name of the service, `chat.Chat`.
    pub service_name: Cow<'static, str>,
    /// The name of the method, `Talk`.
    pub method_name: Cow<'static, str>,
    /// The client's metadata, without the headers of the protocol.
    pub metadata: MetadataMap,
    /// The client's messages.
    pub messages: Messages<M>,
    /// What the server knows of the call.
    pub call: Arc<Call>,
}

/// The response of a full-duplex RPC, or of a server-streaming one that makes its messages as it goes.
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
pub struct GrpcDuplexResponse<R = Bytes> {
    /// The messages; the next is asked for when the client has room for it.
    pub messages: Messages<R>,
    /// Sent as initial metadata, before the first message.
    pub metadata: MetadataMap,
    /// Sent after the last message, with the status.
    pub trailers: MetadataMap,
    /// How each message is compressed, if the client accepts it; `None` is what the server does by default.
    pub compression: Option<Compression>,
    /// The indices of messages that are sent as they are all the same, such as pictures.
    pub uncompressed: Vec<usize>,
}

/// A response without metadata.
impl<R> From<Messages<R>> for GrpcDuplexResponse<R> {
    fn from(messages: Messages<R>) -> Self {
        Self {
            messages,
            metadata: MetadataMap::new(),
            trailers: MetadataMap::new(),
            compression: None,
            uncompressed: Vec::new(),
        }
    }
}
