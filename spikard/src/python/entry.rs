//! What generated code calls for a method whose handler is a Python callable.

use std::future::Future;

use bytes::Bytes;

use crate::Status;
use crate::dispatch::{ResponseFuture, ServerCall, Target};
use crate::kind::HandlerResult;
use crate::shapes::{RequestShape, ResponseShape};

/// A request that a Python callable can take: one of raw bytes.
#[diagnostic::on_unimplemented(
    message = "a Python callable cannot take `{Self}`",
    label = "not a request of raw bytes",
    note = "a Python callable gets raw protobuf: leave out the message type, as in `GrpcBidiStreamRequest`"
)]
pub trait PythonRequest: RequestShape {}

/// What the signature of a Python callable returns: a `Result` of a response of raw bytes.
#[diagnostic::on_unimplemented(
    message = "a Python callable cannot return `{Self}`",
    label = "not a `Result` of a response of raw bytes",
    note = "a Python callable answers with raw protobuf: leave out the message type, as in `Result<GrpcBidiStreamResponse, Status>`",
    note = "an error type other than `Status` implements `From<Status>` and `Into<Status>`"
)]
pub trait PythonResult: HandlerResult {
    #[doc(hidden)]
    fn failed(status: Status) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: ResponseShape<Message = Bytes>, E: From<Status> + Into<Status> + Send> PythonResult
    for Result<T, E>
{
    fn failed(status: Status) -> Self {
        Err(status.into())
    }
}

#[diagnostic::do_not_recommend]
impl<T: RequestShape<Message = Bytes>> PythonRequest for T {}

impl ServerCall {
    /// Buffers the request, hands it to the Python callable `module:callable` and sends its answer.
    pub fn run_python<Req, Ret>(self, target: Target, callable: &'static str) -> ResponseFuture
    where
        Req: PythonRequest,
        Ret: PythonResult + 'static,
    {
        self.run::<Req, Ret, _, _>(target, move |request| call_python(callable, request))
    }
}

/// Calls the Python callable `module:callable` as a function, outside any server.
pub fn call_python<Req, Ret>(
    callable: &'static str,
    request: Req,
) -> impl Future<Output = Ret> + Send
where
    Req: PythonRequest,
    Ret: PythonResult + 'static,
{
    let _ = request;
    let status = Status::unavailable(format!("{callable} is not connected yet"));
    std::future::ready(Ret::failed(status))
}
