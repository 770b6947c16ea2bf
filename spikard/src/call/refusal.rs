//! The refusals that may pass: the same call may be taken later, or by another instance.
//!
//! They are all here, and each says so with `google.rpc.RetryInfo`. Clients that follow it, such as exporters of
//! OpenTelemetry, take RESOURCE_EXHAUSTED without it for final, and so are the refusals of `collect`.

use std::time::Duration;

use tonic_types::{ErrorDetails, StatusExt as _};

use crate::stats::{Limit, limited};
use crate::{Code, Status};

/// When to try again. What is full has room as soon as a call ends; gRPC's clients begin with 1 s as well when they
/// connect anew (the document "Connection Backoff").
const DELAY: Duration = Duration::from_secs(1);

pub(super) fn budget(limit: usize, asked: usize) -> Status {
    full(
        Limit::MaxBufferedBytes,
        format!(
            "the calls in flight fill the server's buffer, max_buffered_bytes = {limit}, \
             and this one needs {asked} bytes more: try again later, or raise max_buffered_bytes for the server"
        ),
    )
}

pub(super) fn share_of_connection(share: usize, asked: usize) -> Status {
    full(
        Limit::MaxBufferedBytesPerConnection,
        format!(
            "the calls in flight on this connection fill its share of the server's buffer, \
             max_buffered_bytes_per_connection = {share}, and this one needs {asked} bytes more: try again later, use \
             more connections, or raise max_buffered_bytes_per_connection for the server"
        ),
    )
}

#[cfg(feature = "python")]
pub(crate) fn waiting_calls(waiting: usize, limit: usize) -> Status {
    full(
        Limit::MaxWaitingCalls,
        format!(
            "{waiting} calls wait for Python, and max_waiting_calls = {limit}: try again later, add threads or \
             workers, or raise max_waiting_calls for the server"
        ),
    )
}

#[cfg(feature = "python")]
pub(crate) fn no_memory() -> Status {
    passing(
        Code::ResourceExhausted,
        String::from("Python has no memory for the request"),
    )
}

/// The server ends, and another instance may take the call.
#[cfg(feature = "server")]
pub(crate) fn ending(text: &str) -> Status {
    passing(Code::Unavailable, text.to_owned())
}

fn full(limit: Limit, text: String) -> Status {
    limited(limit, passing(Code::ResourceExhausted, text))
}

fn passing(code: Code, text: String) -> Status {
    Status::with_error_details(code, text, ErrorDetails::with_retry_info(Some(DELAY)))
}
