//! The statuses of what is not gRPC's wire format: INTERNAL, as the specification has it.

use http::HeaderValue;

use crate::Status;

use super::shown::shown;

pub(super) fn truncated(index: usize, have: usize, need: usize) -> Status {
    Status::internal(format!(
        "the stream ended inside message {index}: {have} of its {need} bytes arrived, counted from \
         the 5 bytes of its prefix"
    ))
}

pub(super) fn flag(index: usize, flag: u8) -> Status {
    Status::internal(format!(
        "message {index} starts with the compressed flag {flag}: it must be 0 or 1"
    ))
}

pub(super) fn timeout(value: &HeaderValue) -> Status {
    Status::internal(format!(
        "the grpc-timeout \"{}\" is malformed: it must be 1 to 8 digits and one of the units H M S m u n",
        shown(value.as_bytes())
    ))
}
