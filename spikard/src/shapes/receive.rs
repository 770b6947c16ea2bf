//! How each request type takes its messages.

use std::future::Future;

use crate::{Call, Status};

use super::{
    GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcRequest, Message,
    Messages, RequestForm, RequestHead,
};

/// Where the messages of a request come from.
pub trait MessageSource: Send + Sized {
    /// The one message.
    fn one<M: Message>(self, call: &Call) -> impl Future<Output = Result<M, Status>> + Send;

    /// Every message up to the half-close, in order.
    fn list<M: Message>(self, call: &Call) -> impl Future<Output = Result<Vec<M>, Status>> + Send;

    /// The messages as they arrive.
    fn stream<M: Message>(self) -> Messages<M>;
}

/// A request type: it knows which messages it takes.
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
        source: impl MessageSource,
    ) -> impl Future<Output = Result<Self, Status>> + Send;
}

macro_rules! request_shape {
    ($shape:ident, $form:ident, |$source:ident, $call:ident| $field:ident: $messages:expr $(, $unbuffered:ident)?) => {
        impl<M: Message> RequestShape for $shape<M> {
            type Message = M;

            const FORM: RequestForm = RequestForm::$form;

            $(const $unbuffered: bool = true;)?

            async fn receive(
                head: RequestHead,
                $source: impl MessageSource,
            ) -> Result<Self, Status> {
                let $call = &head.call;
                Ok(Self {
                    $field: $messages,
                    service_name: head.service_name,
                    method_name: head.method_name,
                    metadata: head.metadata,
                    call: head.call,
                })
            }
        }
    };
}

request_shape!(GrpcRequest, Single, |source, call| payload:
    source.one(call).await?);
request_shape!(GrpcClientStreamRequest, ClientStream, |source, call| messages:
    source.list(call).await?);
request_shape!(GrpcBidiStreamRequest, BidiStream, |source, call| messages:
    source.list(call).await?);
request_shape!(GrpcDuplexRequest, Duplex, |source, _call| messages:
    source.stream(), UNBUFFERED);
