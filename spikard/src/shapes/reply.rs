//! From a response to what is sent.

use crate::respond::{Outgoing, Reply};
use crate::{Message, Status};

use super::{GrpcBidiStreamResponse, GrpcResponse, GrpcServerStreamResponse};

/// A response type: it knows how it is sent.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a gRPC response",
    label = "a handler answers with one of spikard's response types",
    note = "return `GrpcResponse<R>`, `GrpcServerStreamResponse<R>` or `GrpcBidiStreamResponse<R>`"
)]
pub trait ResponseShape: Send + Sized + 'static {
    /// The message: `Bytes`, or a protobuf message.
    type Message: Message;

    #[doc(hidden)]
    fn into_reply(self) -> Result<Reply, Status>;
}

impl<R: Message> ResponseShape for GrpcResponse<R> {
    type Message = R;

    fn into_reply(self) -> Result<Reply, Status> {
        Ok(Reply {
            outgoing: Outgoing::one(self.payload)?,
            metadata: self.metadata,
            trailers: self.trailers,
        })
    }
}

macro_rules! reply_list {
    ($shape:ident) => {
        impl<R: Message> ResponseShape for $shape<R> {
            type Message = R;

            fn into_reply(self) -> Result<Reply, Status> {
                Ok(Reply {
                    outgoing: Outgoing::list(self.messages)?,
                    metadata: self.metadata,
                    trailers: self.trailers,
                })
            }
        }
    };
}

reply_list!(GrpcServerStreamResponse);
reply_list!(GrpcBidiStreamResponse);
