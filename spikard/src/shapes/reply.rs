//! From a response to what is sent.

use crate::respond::{Outgoing, Reply, Sending};
use crate::{Message, Status};

use super::{
    GrpcBidiStreamResponse, GrpcDuplexResponse, GrpcResponse, GrpcServerStreamResponse,
    ResponseForm,
};

/// A response type: it knows how it is sent.
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
    fn into_reply(self, sending: &Sending) -> Result<Reply, Status>;
}

impl<R: Message> ResponseShape for GrpcResponse<R> {
    type Message = R;

    const FORM: ResponseForm = ResponseForm::Single;

    fn into_reply(self, sending: &Sending) -> Result<Reply, Status> {
        let encoding = sending.choose(self.compression);
        let compression = encoding.compression;
        Ok(Reply {
            outgoing: Outgoing::one(self.payload, encoding)?,
            encoding: compression,
            metadata: self.metadata,
            trailers: self.trailers,
        })
    }
}

macro_rules! reply_list {
    ($shape:ident, $form:ident) => {
        impl<R: Message> ResponseShape for $shape<R> {
            type Message = R;

            const FORM: ResponseForm = ResponseForm::$form;

            fn into_reply(self, sending: &Sending) -> Result<Reply, Status> {
                let encoding = sending.choose(self.compression).except(self.uncompressed);
                let compression = encoding.compression;
                Ok(Reply {
                    outgoing: Outgoing::list(self.messages, encoding)?,
                    encoding: compression,
                    metadata: self.metadata,
                    trailers: self.trailers,
                })
            }
        }
    };
}

impl<R: Message> ResponseShape for GrpcDuplexResponse<R> {
    type Message = R;

    const FORM: ResponseForm = ResponseForm::Duplex;

    fn into_reply(self, sending: &Sending) -> Result<Reply, Status> {
        let encoding = sending.choose(self.compression).except(self.uncompressed);
        let compression = encoding.compression;
        Ok(Reply {
            outgoing: Outgoing::stream(self.messages, encoding),
            encoding: compression,
            metadata: self.metadata,
            trailers: self.trailers,
        })
    }
}

reply_list!(GrpcServerStreamResponse, ServerStream);
reply_list!(GrpcBidiStreamResponse, BidiStream);
