//! What generated code calls for a method whose handler is a Python callable.

use bytes::Bytes;

use crate::dispatch::{ResponseFuture, ServerCall, Target};
use crate::{HandlerResult, ResponseShape, Status};

use super::call::call;
use super::convert::{Answer, PythonAnswer, PythonReply, PythonRequest};

/// What the signature of a Python callable returns: a `Result` of a response of raw bytes.
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

impl ServerCall {
    /// Receives the request (in full, unless it is a stream), hands it to the Python callable `module:callable` and sends its answer.
    pub(crate) fn run_python<Req, Ret>(
        self,
        target: Target,
        callable: &'static str,
    ) -> ResponseFuture
    where
        Req: PythonRequest,
        Ret: PythonResult + 'static,
    {
        self.receive(target, move |request: Req, sending| async move {
            let reply = call(callable, Ret::ANSWER, request.into_inbound()?).await?;
            reply.into_reply(sending)
        })
    }
}

/// Calls the Python callable `module:callable` as a function, outside any server.
///
/// # Errors
///
/// The status of what the callable raised, or of a callable that cannot be used.
pub async fn call_python<Req, Ret>(callable: &'static str, request: Req) -> Ret
where
    Req: PythonRequest,
    Ret: PythonResult + 'static,
{
    let outcome = match request.into_inbound() {
        Ok(inbound) => call(callable, Ret::ANSWER, inbound).await,
        Err(status) => Err(status),
    };
    Ret::from_outcome(outcome)
}
