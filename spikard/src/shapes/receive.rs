//! From an HTTP body to a request.

use std::future::Future;

use crate::Message;
use crate::Status;
use crate::collect::RequestBody;
use crate::dispatch::RequestHead;

use super::{
    GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcRequest, Messages,
    RequestForm,
};

/// A request type: it knows how it is received.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a gRPC request",
    label = "a handler takes one of spikard's request types",
    note = "take `GrpcRequest<M>`, `GrpcClientStreamRequest<M>`, `GrpcBidiStreamRequest<M>` or `GrpcDuplexRequest<M>`, by value"
)]
pub trait RequestShape: Send + Sized + 'static {
    /// The message: `Bytes`, or a protobuf message.
    type Message: Message;

    #[doc(hidden)]
    const FORM: RequestForm;

    /// Whether the handler runs while messages still arrive.
    #[doc(hidden)]
    const UNBUFFERED: bool = false;

    #[doc(hidden)]
    fn receive(
        head: RequestHead,
        body: RequestBody,
    ) -> impl Future<Output = Result<Self, Status>> + Send;
}

impl<M: Message> RequestShape for GrpcRequest<M> {
    type Message = M;

    const FORM: RequestForm = RequestForm::Single;

    async fn receive(head: RequestHead, body: RequestBody) -> Result<Self, Status> {
        let payload = body.single(&head.call).await?;
        Ok(Self {
            service_name: head.service_name,
            method_name: head.method_name,
            metadata: head.metadata,
            payload,
            call: head.call,
        })
    }
}

macro_rules! receive_list {
    ($shape:ident, $form:ident) => {
        impl<M: Message> RequestShape for $shape<M> {
            type Message = M;

            const FORM: RequestForm = RequestForm::$form;

            async fn receive(head: RequestHead, body: RequestBody) -> Result<Self, Status> {
                let messages = body.list(&head.call).await?;
                Ok(Self {
                    service_name: head.service_name,
                    method_name: head.method_name,
                    metadata: head.metadata,
                    messages,
                    call: head.call,
                })
            }
        }
    };
}

impl<M: Message> RequestShape for GrpcDuplexRequest<M> {
    type Message = M;

    const FORM: RequestForm = RequestForm::Duplex;

    const UNBUFFERED: bool = true;

    async fn receive(head: RequestHead, body: RequestBody) -> Result<Self, Status> {
        Ok(Self {
            service_name: head.service_name,
            method_name: head.method_name,
            metadata: head.metadata,
            messages: Messages::new(body.stream()),
            call: head.call,
        })
    }
}

receive_list!(GrpcClientStreamRequest, ClientStream);
receive_list!(GrpcBidiStreamRequest, BidiStream);
