//! Calls a Python callable by name.

use crate::Status;

use super::answer::PythonResult;
use crate::python::bridge::{Found, PythonReply};
use crate::python::convert::{Answer, Inbound, PythonRequest};

/// Calls `module:callable` in the embedded interpreter, and starts it if necessary.
pub(super) async fn reply_of(
    callable: &'static str,
    answer: Answer,
    request: Inbound,
) -> Result<PythonReply, Status> {
    reply_with(found(callable).await?, answer, request).await
}

/// Calls a handler that has been found.
#[cfg(not(spikard_extension))]
pub(super) async fn reply_with(
    found: Found,
    answer: Answer,
    request: Inbound,
) -> Result<PythonReply, Status> {
    let bridge = crate::python::embed::bridge()?;
    bridge.call(found.handler, answer, request).await
}

/// The handler of `module:callable`, if it was looked up already, as it is when a server starts.
#[cfg(not(spikard_extension))]
pub(super) fn known(callable: &'static str) -> Option<Found> {
    crate::python::embed::started()?.known(callable)
}

/// Looks up the handler of `module:callable`.
#[cfg(not(spikard_extension))]
pub(super) async fn found(callable: &'static str) -> Result<Found, Status> {
    let bridge = crate::python::embed::bridge()?;
    let found = bridge.handler(callable).await;
    found.map_err(|error| refused(callable, &error))
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
pub(super) fn known(_: &'static str) -> Option<Found> {
    None
}

#[cfg(spikard_extension)]
pub(super) async fn found(callable: &'static str) -> Result<Found, Status> {
    Err(by_name(callable))
}

#[cfg(spikard_extension)]
pub(super) async fn reply_with(_: Found, _: Answer, _: Inbound) -> Result<PythonReply, Status> {
    Err(by_name("a callable"))
}

#[cfg(spikard_extension)]
fn by_name(callable: &str) -> Status {
    Status::unavailable(format!(
        "{callable} is called by name, which only a program that embeds Python can do"
    ))
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
