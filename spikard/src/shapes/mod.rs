//! The request and response types that a handler is written with.
//!
//! Their fields are public and all of them, but nothing else, is what a handler sees: a test builds
//! a request with `..Default::default()` and calls the handler as a function.

mod duplex;
mod form;
mod messages;
mod receive;
mod reply;
mod request;
mod response;

pub use duplex::{GrpcDuplexRequest, GrpcDuplexResponse};
pub(crate) use form::{RequestForm, ResponseForm};
pub use messages::Messages;
pub use receive::RequestShape;
pub use reply::ResponseShape;
pub use request::{GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcRequest};
pub use response::{GrpcBidiStreamResponse, GrpcResponse, GrpcServerStreamResponse};
