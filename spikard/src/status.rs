//! Statuses with details (`google.rpc`), which tell a client's program what a text tells a reader.
//!
//! A handler that refuses a field of its request names it. `messages[3]` is the fourth message of a stream:
//!
//! ```
//! use spikard::{Bytes, GrpcClientStreamRequest, GrpcResponse, Status, status};
//!
//! async fn import(request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
//!     if let Some(index) = request.messages.iter().position(Bytes::is_empty) {
//!         return Err(status::invalid(format!("messages[{index}].name"), "must not be empty"));
//!     }
//!     Ok(GrpcResponse::default())
//! }
//! ```
//!
//! Every other detail comes from the crate tonic-types, whose types are here: [`StatusExt`] makes a status of
//! [`ErrorDetails`], and reads them from one.
//!
//! ```
//! use std::time::Duration;
//! use spikard::status::{ErrorDetails, StatusExt};
//! use spikard::{Code, Status};
//!
//! let mut details = ErrorDetails::with_retry_info(Some(Duration::from_secs(5)));
//! details.set_error_info("OUT_OF_STOCK", "shop.example.com", [(String::from("item"), String::from("tea"))]);
//! let status = Status::with_error_details(Code::FailedPrecondition, "there is no tea", details);
//! assert_eq!(status.get_details_error_info().unwrap().reason, "OUT_OF_STOCK");
//! ```
//!
//! The details are sent as `grpc-status-details-bin`. Those that do not fit in
//! [`max_sent_metadata_bytes`](crate::Limits::max_sent_metadata_bytes) are left out, and the log says so.

pub use tonic_types::{
    BadRequest, DebugInfo, ErrorDetail, ErrorDetails, ErrorInfo, FieldViolation, Help, HelpLink,
    LocalizedMessage, PreconditionFailure, PreconditionViolation, QuotaFailure, QuotaViolation,
    RequestInfo, ResourceInfo, RetryInfo, StatusExt,
};

use crate::{Code, Status};

/// INVALID_ARGUMENT for a field of the request, with a `google.rpc.BadRequest` that names it.
///
/// The name is a path from the request: `messages[3].name` in a stream, `name` in a single message.
///
/// ```
/// use spikard::status::{self, StatusExt};
///
/// let status = status::invalid("messages[3].name", "must not be empty");
/// assert_eq!(status.message(), "messages[3].name: must not be empty");
/// assert_eq!(status.get_details_bad_request().unwrap().field_violations[0].field, "messages[3].name");
/// ```
pub fn invalid(field: impl Into<String>, description: impl Into<String>) -> Status {
    invalid_fields([(field, description)])
}

/// INVALID_ARGUMENT for several fields at once, each with what is wrong with it, as [`invalid`].
///
/// ```
/// use spikard::status::{self, StatusExt};
///
/// let status = status::invalid_fields([
///     ("messages[3].name", "must not be empty"),
///     ("messages[5].value", "must be positive"),
/// ]);
/// assert_eq!(status.get_details_bad_request().unwrap().field_violations.len(), 2);
/// ```
pub fn invalid_fields<F, D>(violations: impl IntoIterator<Item = (F, D)>) -> Status
where
    F: Into<String>,
    D: Into<String>,
{
    let violations: Vec<_> = violations
        .into_iter()
        .map(|(field, description)| FieldViolation::new(field, description))
        .collect();
    let texts: Vec<_> = violations
        .iter()
        .map(|one| format!("{}: {}", one.field, one.description))
        .collect();
    bad_request(Code::InvalidArgument, texts.join("; "), violations)
}

/// A status that is about fields of the request.
pub(crate) fn bad_request(code: Code, text: String, violations: Vec<FieldViolation>) -> Status {
    Status::with_error_details(code, text, ErrorDetails::with_bad_request(violations))
}
