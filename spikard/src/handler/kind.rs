//! The kinds of RPC, and how the kind is found from the types of a handler.

use std::fmt;

use crate::shapes::{RequestForm, RequestShape, ResponseForm, ResponseShape};

use super::result::HandlerResult;

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
    /// Messages in as they arrive, one message out, which may be sent before the client half-closes.
    UnbufferedClientStreaming,
    /// A buffered list of messages in, a list of messages out (half duplex).
    Bidirectional,
    /// Messages in and messages out, each as it comes (full duplex).
    Duplex,
}

impl Kind {
    /// The kind of an RPC whose handler takes `Req` and returns `Ret`.
    ///
    /// Types that do not go together are a panic, which is a compile error in a constant. It is not a
    /// bound, because a bound would fail again for each of the types that is wrong on its own.
    ///
    /// ```
    /// use spikard::{GrpcClientStreamRequest, GrpcResponse, Kind, Status};
    ///
    /// const KIND: Kind = Kind::of::<GrpcClientStreamRequest, Result<GrpcResponse, Status>>();
    /// assert_eq!(KIND, Kind::ClientStreaming);
    /// ```
    #[track_caller]
    pub const fn of<Req: RequestShape, Ret: HandlerResult>() -> Self {
        let form = <Ret::Response as ResponseShape>::FORM;
        if let Some(kind) = Self::find(Req::FORM, form) {
            return kind;
        }
        match Req::FORM {
            RequestForm::Single => panic!(
                "a `GrpcRequest` is answered with a `GrpcResponse` (unary), or with a `GrpcServerStreamResponse` or a `GrpcDuplexResponse` (server streaming): write one of these, or take another request"
            ),
            RequestForm::ClientStream => panic!(
                "a `GrpcClientStreamRequest` is answered with a `GrpcResponse` (client streaming): write that, or take another request"
            ),
            RequestForm::BidiStream => panic!(
                "a `GrpcBidiStreamRequest` is answered with a `GrpcBidiStreamResponse` (bidirectional streaming): write that, or take another request"
            ),
            RequestForm::Duplex => panic!(
                "a `GrpcDuplexRequest` is answered with a `GrpcDuplexResponse` (full-duplex streaming), or with a `GrpcResponse` (unbuffered client streaming): write one of these, or take another request"
            ),
        }
    }

    /// The kind of a request and a response of these forms, if they go together.
    pub(crate) const fn find(request: RequestForm, response: ResponseForm) -> Option<Self> {
        Some(match (request, response) {
            (RequestForm::Single, ResponseForm::Single) => Self::Unary,
            (RequestForm::Single, ResponseForm::ServerStream | ResponseForm::Duplex) => {
                Self::ServerStreaming
            }
            (RequestForm::ClientStream, ResponseForm::Single) => Self::ClientStreaming,
            (RequestForm::BidiStream, ResponseForm::BidiStream) => Self::Bidirectional,
            (RequestForm::Duplex, ResponseForm::Single) => Self::UnbufferedClientStreaming,
            (RequestForm::Duplex, ResponseForm::Duplex) => Self::Duplex,
            _ => return None,
        })
    }

    /// Whether the client may send any number of messages (`stream` before the request type in a `.proto`).
    pub const fn client_streams(self) -> bool {
        matches!(
            self,
            Self::ClientStreaming
                | Self::UnbufferedClientStreaming
                | Self::Bidirectional
                | Self::Duplex
        )
    }

    /// Whether the server may send any number of messages (`stream` before the response type in a `.proto`).
    pub const fn server_streams(self) -> bool {
        matches!(
            self,
            Self::ServerStreaming | Self::Bidirectional | Self::Duplex
        )
    }

    /// Whether the handler runs while messages of the client still arrive.
    pub(crate) const fn reads_while_it_runs(self) -> bool {
        matches!(self, Self::UnbufferedClientStreaming | Self::Duplex)
    }

    /// The name in the words of the gRPC documentation.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unary => "unary",
            Self::ServerStreaming => "server streaming",
            Self::ClientStreaming => "client streaming",
            Self::UnbufferedClientStreaming => "unbuffered client streaming",
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
