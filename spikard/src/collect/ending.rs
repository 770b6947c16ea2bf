//! Whether a body that ended was half-closed by the client or broken off.
//!
//! A stream that is reset with CANCEL or NO_ERROR can end a body without an error. Of hyper's HTTP/2
//! body, `is_end_stream()` tells the two apart: it is true only after an END_STREAM flag.

use http_body::Body as _;

/// Whether `body`, which has just ended without an error, was half-closed. `verified` says that it was
/// checked where it came from, before layers could rewrap it.
pub(super) fn is_half_closed(body: &tonic::body::Body, verified: bool) -> bool {
    verified || body.is_end_stream()
}
