//! What a handler returns.

use crate::Status;
use crate::shapes::ResponseShape;

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
    note = "return `spikard::Status`, with `.map_err(|error| Status::internal(error.to_string()))` before `?`",
    note = "or return an error type of your own, with `impl From<{Self}> for Failure` and `impl From<Failure> for spikard::Status`; Rust allows no `impl` between two types of other crates"
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
