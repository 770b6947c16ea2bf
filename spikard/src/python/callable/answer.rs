//! The return types of Python callables.

use bytes::Bytes;

use crate::python::bridge::PythonReply;
use crate::python::convert::Answer;
use crate::{
    GrpcBidiStreamResponse, GrpcDuplexResponse, GrpcResponse, GrpcServerStreamResponse,
    HandlerResult, ResponseShape, Status,
};

/// The return type of a Python callable: a `Result` of a response of raw bytes.
#[diagnostic::on_unimplemented(
    message = "a Python callable cannot return `{Self}`",
    label = "not a `Result` of a response of raw bytes",
    note = "a Python callable answers with raw protobuf: leave out the message type, as in `Result<GrpcBidiStreamResponse, Status>`",
    note = "an error type other than `Status` implements `From<Status>` and `Into<Status>`"
)]
pub trait PythonResult: HandlerResult {
    #[doc(hidden)]
    const ANSWER: Answer;

    #[doc(hidden)]
    fn from_outcome(outcome: Result<PythonReply, Status>) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T, E> PythonResult for Result<T, E>
where
    T: ResponseShape<Message = Bytes> + PythonAnswer,
    E: From<Status> + Into<Status> + Send,
{
    const ANSWER: Answer = T::ANSWER;

    fn from_outcome(outcome: Result<PythonReply, Status>) -> Self {
        outcome.map(T::from_reply).map_err(E::from)
    }
}

/// A response shape with a Python class.
pub trait PythonAnswer {
    #[doc(hidden)]
    const ANSWER: Answer;

    #[doc(hidden)]
    fn from_reply(reply: PythonReply) -> Self;
}

macro_rules! python_response {
    ($shape:ident, $answer:ident, $from:ident $(, $uncompressed:ident)?) => {
        impl PythonAnswer for $shape<Bytes> {
            const ANSWER: Answer = Answer::$answer;

            fn from_reply(reply: PythonReply) -> Self {
                let mut reply = reply;
                let mut response = Self::from(reply.$from());
                let (metadata, trailers, wanted) = reply.into_rest();
                (response.metadata, response.trailers) = (metadata, trailers);
                response.compression = wanted.compression;
                $(response.$uncompressed = wanted.uncompressed;)?
                response
            }
        }
    };
}

python_response!(GrpcResponse, One, first);
python_response!(
    GrpcServerStreamResponse,
    ServerStream,
    messages,
    uncompressed
);
python_response!(GrpcBidiStreamResponse, BidiStream, messages, uncompressed);
python_response!(GrpcDuplexResponse, Stream, stream, uncompressed);
