//! The request and response types that a handler is written with. They know no wire: messages come from a
//! [`MessageSource`] and go to a [`MessageSink`].
//!
//! Their fields are public and all of them, but nothing else, is what a handler sees: a test builds
//! a request with `..Default::default()` and calls the handler as a function.

mod compression;
mod form;
mod head;
mod message;
mod messages;
mod receive;
mod request;
mod response;
mod send;

pub use compression::Compression;
pub(crate) use form::{RequestForm, ResponseForm};
pub(crate) use head::RequestHead;
pub(crate) use message::Encoded;
pub use message::Message;
pub use messages::Messages;
pub(crate) use receive::MessageSource;
pub use receive::RequestShape;
pub use request::{GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcRequest};
pub use response::{
    GrpcBidiStreamResponse, GrpcDuplexResponse, GrpcResponse, GrpcServerStreamResponse,
};
pub use send::ResponseShape;
pub(crate) use send::{MessageSink, ResponseParts};
