//! Calls a Python callable by name.

use crate::Status;

use super::answer::PythonResult;
use crate::python::bridge::PythonReply;
use crate::python::convert::{Answer, Inbound, PythonRequest};

/// Calls `module:callable` in the embedded interpreter, and starts it if necessary.
#[cfg(not(spikard_extension))]
pub(super) async fn reply_of(
    callable: &'static str,
    answer: Answer,
    request: Inbound,
) -> Result<PythonReply, Status> {
    let bridge = crate::python::embed::bridge()?;
    let handler = bridge
        .handler(callable)
        .await
        .map_err(|error| refused(callable, &error))?;
    bridge.call(handler, answer, request).await
}

#[cfg(not(spikard_extension))]
fn refused(callable: &str, error: &crate::python::PythonError) -> Status {
    use crate::python::PythonErrorKind::{Start, Stopped, VirtualEnv};

    match error.kind() {
        Stopped => Status::unavailable(error.to_string()),
        Start | VirtualEnv => {
            Status::unavailable("Python could not be started; the server's log says why")
        }
        _ => {
            // The text has paths of the server, which must not reach a client.
            tracing::error!(callable, %error, "a Python callable cannot be used");
            Status::internal(format!(
                "the Python callable {callable} cannot be used; the server's log says why"
            ))
        }
    }
}

/// An extension module embeds no interpreter in which to look up callables.
#[cfg(spikard_extension)]
pub(super) async fn reply_of(
    callable: &'static str,
    _: Answer,
    _: Inbound,
) -> Result<PythonReply, Status> {
    Err(Status::unavailable(format!(
        "{callable} is called by name, which only a program that embeds Python can do"
    )))
}

/// Calls the Python callable `module:callable` as a function, without a server.
///
/// # Errors
///
/// The status of the exception that the callable raised, or of a callable that cannot be used.
pub async fn call_python<Req, Ret>(callable: &'static str, request: Req) -> Ret
where
    Req: PythonRequest,
    Ret: PythonResult + 'static,
{
    Ret::from_outcome(reply_of(callable, Ret::ANSWER, request.into_inbound()).await)
}
