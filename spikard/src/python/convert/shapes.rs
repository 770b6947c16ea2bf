//! Which of spikard's shapes cross to Python, and as what.

use bytes::Bytes;

use crate::{
    GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest, GrpcDuplexRequest,
    GrpcDuplexResponse, GrpcRequest, GrpcResponse, GrpcServerStreamResponse, RequestShape, Status,
};

use super::answer::Answer;
use super::inbound::{Inbound, Messages, RequestKind};
use super::metadata::ReceivedMetadata;
use super::reply::PythonReply;

/// A request that a Python callable can take: one of raw bytes.
#[diagnostic::on_unimplemented(
    message = "a Python callable cannot take `{Self}`",
    label = "not a request of raw bytes",
    note = "a Python callable gets raw protobuf: leave out the message type, as in `GrpcBidiStreamRequest`"
)]
pub trait PythonRequest: RequestShape {
    #[doc(hidden)]
    fn into_inbound(self) -> Result<Inbound, Status>;
}

/// A response shape that has a Python class.
pub trait PythonAnswer {
    #[doc(hidden)]
    const ANSWER: Answer;

    #[doc(hidden)]
    fn from_reply(reply: PythonReply) -> Self;
}

macro_rules! python_request {
    ($shape:ident, $kind:ident, $field:ident => $messages:expr) => {
        #[diagnostic::do_not_recommend]
        impl PythonRequest for $shape<Bytes> {
            fn into_inbound(self) -> Result<Inbound, Status> {
                Ok(Inbound {
                    kind: RequestKind::$kind,
                    service_name: self.service_name,
                    method_name: self.method_name,
                    metadata: ReceivedMetadata::decode(self.metadata)?,
                    messages: $messages(self.$field),
                    call: self.call,
                })
            }
        }
    };
}

python_request!(GrpcRequest, One, payload => Messages::One);
python_request!(GrpcClientStreamRequest, ClientStream, messages => Messages::List);
python_request!(GrpcBidiStreamRequest, BidiStream, messages => Messages::List);
python_request!(GrpcDuplexRequest, Duplex, messages => |stream| Messages::Stream(Some(stream)));

macro_rules! python_response {
    ($shape:ident, $answer:ident, $from:ident $(, $uncompressed:ident)?) => {
        impl PythonAnswer for $shape<Bytes> {
            const ANSWER: Answer = Answer::$answer;

            fn from_reply(reply: PythonReply) -> Self {
                let mut reply = reply;
                let mut response = Self::from(reply.$from());
                let (metadata, trailers, wanted) = reply.into_rest();
                (response.metadata, response.trailers) = (metadata, trailers);
                response.compression = wanted.compression;
                $(response.$uncompressed = wanted.uncompressed;)?
                response
            }
        }
    };
}

python_response!(GrpcResponse, One, first);
python_response!(
    GrpcServerStreamResponse,
    ServerStream,
    messages,
    uncompressed
);
python_response!(GrpcBidiStreamResponse, BidiStream, messages, uncompressed);
python_response!(GrpcDuplexResponse, Stream, stream, uncompressed);
