//! The response types of Python handlers.

/// The response type that a handler of a method returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `GrpcResponse`.
    One,
    /// `GrpcServerStreamResponse`.
    ServerStream,
    /// `GrpcBidiStreamResponse`.
    BidiStream,
    /// A generator, or `GrpcDuplexResponse`.
    Stream,
}

impl Answer {
    /// The name of the Python class.
    pub(super) const fn class_name(self) -> &'static str {
        match self {
            Self::One => "GrpcResponse",
            Self::ServerStream => "GrpcServerStreamResponse",
            Self::BidiStream => "GrpcBidiStreamResponse",
            Self::Stream => "GrpcDuplexResponse",
        }
    }

    /// The attribute with its message or messages.
    pub(super) const fn field(self) -> &'static str {
        match self {
            Self::One => "payload",
            Self::ServerStream | Self::BidiStream | Self::Stream => "messages",
        }
    }
}
