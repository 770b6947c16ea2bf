//! A call of a Python callable by name.

use crate::Status;

use super::convert::{Answer, Inbound, PythonReply};

/// Calls `module:callable` in the embedded interpreter, which is started where it was not yet.
#[cfg(not(Py_LIMITED_API))]
pub(super) async fn call(
    callable: &'static str,
    answer: Answer,
    request: Inbound,
) -> Result<PythonReply, Status> {
    let bridge = super::embed::bridge()?;
    let handler = bridge
        .handler(callable)
        .await
        .map_err(|error| refused(callable, &error))?;
    bridge.call(handler, answer, request).await
}

#[cfg(not(Py_LIMITED_API))]
fn refused(callable: &str, error: &super::PythonError) -> Status {
    use super::PythonErrorKind::{Start, Stopped, VirtualEnv};

    match error.kind() {
        Stopped => Status::unavailable(error.to_string()),
        Start | VirtualEnv => {
            Status::unavailable("Python could not be started; the server's log says why")
        }
        _ => {
            // The text names paths of the server, which are none of the client's business.
            tracing::error!(callable, %error, "a Python callable cannot be used");
            Status::internal(format!(
                "the Python callable {callable} cannot be used; the server's log says why"
            ))
        }
    }
}

/// An extension module has no interpreter of its own to look callables up in.
#[cfg(Py_LIMITED_API)]
pub(super) async fn call(
    callable: &'static str,
    _: Answer,
    _: Inbound,
) -> Result<PythonReply, Status> {
    Err(Status::unavailable(format!(
        "{callable} is called by name, which only a program that embeds Python can do"
    )))
}
