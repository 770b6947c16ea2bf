//! Which of spikard's shapes cross to Python, and as what.

use bytes::Bytes;
use tonic::metadata::MetadataMap;

use crate::{
    GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest, GrpcRequest,
    GrpcResponse, GrpcServerStreamResponse, Status,
};

use super::answer::Answer;
use super::inbound::{Inbound, Messages, RequestKind};
use super::metadata::ReceivedMetadata;
use super::reply::PythonReply;

/// A request shape that has a Python class.
pub trait PythonShape {
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
    ($shape:ident, $kind:ident, $field:ident => $messages:ident) => {
        impl PythonShape for $shape<Bytes> {
            fn into_inbound(self) -> Result<Inbound, Status> {
                Ok(Inbound {
                    kind: RequestKind::$kind,
                    service_name: self.service_name,
                    method_name: self.method_name,
                    metadata: ReceivedMetadata::decode(self.metadata)?,
                    messages: Messages::$messages(self.$field),
                    call: self.call,
                })
            }
        }
    };
}

python_request!(GrpcRequest, One, payload => One);
python_request!(GrpcClientStreamRequest, ClientStream, messages => List);
python_request!(GrpcBidiStreamRequest, BidiStream, messages => List);

macro_rules! python_response {
    ($shape:ident, $answer:ident, $field:ident: $from:ident) => {
        impl PythonAnswer for $shape<Bytes> {
            const ANSWER: Answer = Answer::$answer;

            fn from_reply(reply: PythonReply) -> Self {
                let $field = reply.$from();
                let (metadata, trailers): (MetadataMap, MetadataMap) = reply.into_metadata();
                Self {
                    $field,
                    metadata,
                    trailers,
                    compression: None,
                }
            }
        }
    };
}

python_response!(GrpcResponse, One, payload: first);
python_response!(GrpcServerStreamResponse, ServerStream, messages: messages);
python_response!(GrpcBidiStreamResponse, BidiStream, messages: messages);
