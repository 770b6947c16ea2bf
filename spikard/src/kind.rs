//! The kinds of RPC, and the traits that find the kind from the types of a handler.

use std::fmt;

use crate::shapes::{
    GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest, GrpcDuplexRequest,
    GrpcDuplexResponse, GrpcRequest, GrpcResponse, GrpcServerStreamResponse, ResponseShape,
};
use crate::{Message, Status};

/// The kind of an RPC, as it follows from the request and response types of its handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// One message in, one message out.
    Unary,
    /// One message in, a list of messages out.
    ServerStreaming,
    /// A buffered list of messages in, one message out.
    ClientStreaming,
    /// A buffered list of messages in, a list of messages out (half duplex).
    Bidirectional,
    /// Messages in and messages out, each as it comes (full duplex).
    Duplex,
}

impl Kind {
    /// Whether the client may send any number of messages (`stream` before the request type in a `.proto`).
    pub const fn client_streams(self) -> bool {
        matches!(
            self,
            Self::ClientStreaming | Self::Bidirectional | Self::Duplex
        )
    }

    /// Whether the server may send any number of messages (`stream` before the response type in a `.proto`).
    pub const fn server_streams(self) -> bool {
        matches!(
            self,
            Self::ServerStreaming | Self::Bidirectional | Self::Duplex
        )
    }

    /// The name in the words of the gRPC documentation.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unary => "unary",
            Self::ServerStreaming => "server streaming",
            Self::ClientStreaming => "client streaming",
            Self::Bidirectional => "bidirectional streaming",
            Self::Duplex => "full-duplex streaming",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A response that may answer the request `Req`; this is where the kind of an RPC is decided.
#[diagnostic::on_unimplemented(
    message = "a handler that takes `{Req}` cannot answer with `{Self}`",
    label = "no kind of RPC has this response to that request",
    note = "`GrpcRequest` is answered with `GrpcResponse` (unary) or `GrpcServerStreamResponse` or `GrpcDuplexResponse` (server streaming)",
    note = "`GrpcClientStreamRequest` is answered with `GrpcResponse` (client streaming)",
    note = "`GrpcBidiStreamRequest` is answered with `GrpcBidiStreamResponse` (bidirectional streaming)",
    note = "`GrpcDuplexRequest` is answered with `GrpcDuplexResponse` (full-duplex streaming)"
)]
pub trait Answers<Req>: ResponseShape {
    #[doc(hidden)]
    const KIND: Kind;
}

impl<M: Message, R: Message> Answers<GrpcRequest<M>> for GrpcResponse<R> {
    const KIND: Kind = Kind::Unary;
}

impl<M: Message, R: Message> Answers<GrpcRequest<M>> for GrpcServerStreamResponse<R> {
    const KIND: Kind = Kind::ServerStreaming;
}

impl<M: Message, R: Message> Answers<GrpcClientStreamRequest<M>> for GrpcResponse<R> {
    const KIND: Kind = Kind::ClientStreaming;
}

impl<M: Message, R: Message> Answers<GrpcBidiStreamRequest<M>> for GrpcBidiStreamResponse<R> {
    const KIND: Kind = Kind::Bidirectional;
}

impl<M: Message, R: Message> Answers<GrpcRequest<M>> for GrpcDuplexResponse<R> {
    const KIND: Kind = Kind::ServerStreaming;
}

impl<M: Message, R: Message> Answers<GrpcDuplexRequest<M>> for GrpcDuplexResponse<R> {
    const KIND: Kind = Kind::Duplex;
}

/// What a handler returns: a [`Result`] of a response type, with an error that becomes a [`Status`].
#[diagnostic::on_unimplemented(
    message = "a gRPC handler cannot return `{Self}`",
    label = "not a `Result` of a response",
    note = "return `Result<GrpcResponse<…>, Status>`; any error type that implements `Into<Status>` will do"
)]
pub trait HandlerResult: Send {
    #[doc(hidden)]
    type Response: ResponseShape;
    #[doc(hidden)]
    type Error: IntoStatus;

    #[doc(hidden)]
    fn into_result(self) -> Result<Self::Response, Status>;
}

impl<T: ResponseShape, E: IntoStatus + Send> HandlerResult for Result<T, E> {
    type Response = T;
    type Error = E;

    fn into_result(self) -> Result<T, Status> {
        self.map_err(IntoStatus::into_status)
    }
}

/// An error of a handler: anything that is `Into<Status>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a gRPC status",
    label = "does not implement `Into<Status>`",
    note = "return `spikard::Status`, or write `impl From<{Self}> for spikard::Status`"
)]
pub trait IntoStatus {
    #[doc(hidden)]
    fn into_status(self) -> Status;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Status>> IntoStatus for E {
    fn into_status(self) -> Status {
        self.into()
    }
}
