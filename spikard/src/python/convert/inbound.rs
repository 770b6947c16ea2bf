//! A request on its way to Python. It holds no Python object.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

use crate::{
    Call, GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcRequest,
    RequestShape,
};

use super::classes::RequestKind;
use super::metadata::ReceivedMetadata;

/// A request on its way to Python.
pub struct Inbound {
    pub(crate) kind: RequestKind,
    pub(crate) service_name: Cow<'static, str>,
    pub(crate) method_name: Cow<'static, str>,
    pub(crate) metadata: ReceivedMetadata,
    pub(crate) messages: Messages,
    pub(crate) call: Arc<Call>,
}

/// The message of a request, all of its messages, or their stream.
pub(crate) enum Messages {
    One(Bytes),
    List(Vec<Bytes>),
    /// `None` once the stream was taken out, which crosses separately.
    Stream(Option<crate::Messages<Bytes>>),
}

impl Inbound {
    pub(crate) fn is_stream(&self) -> bool {
        matches!(self.messages, Messages::Stream(_))
    }

    /// The bytes of its messages that cross with it.
    pub(crate) fn bytes(&self) -> usize {
        match &self.messages {
            Messages::One(message) => message.len(),
            Messages::List(messages) => messages.iter().map(Bytes::len).sum(),
            Messages::Stream(_) => 0,
        }
    }

    /// Takes out the stream of a streaming request.
    pub(crate) fn take_stream(&mut self) -> Option<crate::Messages<Bytes>> {
        match &mut self.messages {
            Messages::One(_) | Messages::List(_) => None,
            Messages::Stream(stream) => stream.take(),
        }
    }
}

/// A request that a Python callable can take: one of raw bytes.
#[diagnostic::on_unimplemented(
    message = "a Python callable cannot take `{Self}`",
    label = "not a request of raw bytes",
    note = "a Python callable gets raw protobuf: leave out the message type, as in `GrpcBidiStreamRequest`"
)]
pub trait PythonRequest: RequestShape {
    #[doc(hidden)]
    fn into_inbound(self) -> Inbound;
}

macro_rules! python_request {
    ($shape:ident, $kind:ident, $field:ident => $messages:expr) => {
        #[diagnostic::do_not_recommend]
        impl PythonRequest for $shape<Bytes> {
            fn into_inbound(self) -> Inbound {
                Inbound {
                    kind: RequestKind::$kind,
                    service_name: self.service_name,
                    method_name: self.method_name,
                    metadata: ReceivedMetadata::decode(self.metadata),
                    messages: $messages(self.$field),
                    call: self.call,
                }
            }
        }
    };
}

python_request!(GrpcRequest, One, payload => Messages::One);
python_request!(GrpcClientStreamRequest, ClientStream, messages => Messages::List);
python_request!(GrpcBidiStreamRequest, BidiStream, messages => Messages::List);
python_request!(GrpcDuplexRequest, Duplex, messages => |stream| Messages::Stream(Some(stream)));

#[cfg(test)]
impl Inbound {
    pub(crate) fn empty() -> Self {
        Self::with(Bytes::new())
    }

    pub(crate) fn streaming() -> Self {
        Self {
            messages: Messages::Stream(None),
            ..Self::empty()
        }
    }

    pub(crate) fn with(message: Bytes) -> Self {
        Self {
            kind: RequestKind::One,
            service_name: Cow::Borrowed(""),
            method_name: Cow::Borrowed(""),
            metadata: ReceivedMetadata::default(),
            messages: Messages::One(message),
            call: Arc::default(),
        }
    }
}
