//! How each response type hands its messages on.

use tonic::metadata::MetadataMap;

use crate::Status;

use super::{
    Compression, GrpcBidiStreamResponse, GrpcDuplexResponse, GrpcResponse,
    GrpcServerStreamResponse, Message, Messages, ResponseForm,
};

/// What a response has besides its messages.
#[derive(Debug)]
pub struct ResponseParts {
    pub(crate) metadata: MetadataMap,
    pub(crate) trailers: MetadataMap,
    pub(crate) compression: Option<Compression>,
    /// The indices of messages that are sent uncompressed all the same.
    pub(crate) uncompressed: Vec<usize>,
}

/// Where the messages of a response go.
pub trait MessageSink: Sized {
    /// What is made of them.
    type Reply;

    /// One message.
    fn one<R: Message>(self, message: R, parts: ResponseParts) -> Result<Self::Reply, Status>;

    /// A list, in order.
    fn list<R: Message>(
        self,
        messages: Vec<R>,
        parts: ResponseParts,
    ) -> Result<Self::Reply, Status>;

    /// A stream, in order, each message when it is there.
    fn stream<R: Message>(
        self,
        messages: Messages<R>,
        parts: ResponseParts,
    ) -> Result<Self::Reply, Status>;
}

/// A response type: it knows which messages it has.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a gRPC response",
    label = "a handler answers with one of spikard's response types",
    note = "return `GrpcResponse<R>`, `GrpcServerStreamResponse<R>`, `GrpcBidiStreamResponse<R>` or `GrpcDuplexResponse<R>`"
)]
pub trait ResponseShape: Send + Sized + 'static {
    /// The message: `Bytes`, or a protobuf message.
    type Message: Message;

    #[doc(hidden)]
    const FORM: ResponseForm;

    #[doc(hidden)]
    fn send<S: MessageSink>(self, sink: S) -> Result<S::Reply, Status>;
}

impl<R: Message> ResponseShape for GrpcResponse<R> {
    type Message = R;

    const FORM: ResponseForm = ResponseForm::Single;

    fn send<S: MessageSink>(self, sink: S) -> Result<S::Reply, Status> {
        let parts = ResponseParts {
            metadata: self.metadata,
            trailers: self.trailers,
            compression: self.compression,
            uncompressed: Vec::new(),
        };
        sink.one(self.payload, parts)
    }
}

macro_rules! response_of_several {
    ($shape:ident, $form:ident, $send:ident) => {
        impl<R: Message> ResponseShape for $shape<R> {
            type Message = R;

            const FORM: ResponseForm = ResponseForm::$form;

            fn send<S: MessageSink>(self, sink: S) -> Result<S::Reply, Status> {
                let parts = ResponseParts {
                    metadata: self.metadata,
                    trailers: self.trailers,
                    compression: self.compression,
                    uncompressed: self.uncompressed,
                };
                sink.$send(self.messages, parts)
            }
        }
    };
}

response_of_several!(GrpcServerStreamResponse, ServerStream, list);
response_of_several!(GrpcBidiStreamResponse, BidiStream, list);
response_of_several!(GrpcDuplexResponse, Duplex, stream);
