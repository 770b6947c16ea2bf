//! The statuses that a request gets before its handler runs.

use std::io;
use std::time::Duration;

use prost::DecodeError;

use crate::Status;

pub(super) fn too_many_messages(limit: usize) -> Status {
    Status::resource_exhausted(format!(
        "the stream has more than max_messages = {limit} messages (message {} arrived): \
         send fewer in one stream, or raise max_messages for the method or the server",
        limit.saturating_add(1)
    ))
}

pub(super) fn message_too_large(index: usize, limit: usize, arrived: usize) -> Status {
    Status::resource_exhausted(format!(
        "message {index} has {arrived} bytes, more than max_message_bytes = {limit}: \
         send smaller messages, or raise max_message_bytes for the method or the server"
    ))
}

pub(super) fn stream_too_large(limit: usize, arrived: usize) -> Status {
    Status::resource_exhausted(format!(
        "the messages of the stream have {arrived} bytes or more, over max_stream_bytes = {limit}: \
         send less in one stream, or raise max_stream_bytes for the method or the server"
    ))
}

pub(super) fn idle(limit: Duration, received: usize) -> Status {
    Status::deadline_exceeded(format!(
        "nothing arrived for idle_timeout = {limit:?} after {received} messages, and the stream has \
         not been half-closed: send the rest sooner, or raise idle_timeout for the method or the server"
    ))
}

pub(super) fn undecodable(index: usize, message: &str, error: &DecodeError) -> Status {
    Status::internal(format!("message {index} is not a valid {message}: {error}"))
}

pub(super) fn compressed_without_encoding(index: usize) -> Status {
    Status::internal(format!(
        "message {index} has its compressed flag set, but the request names no grpc-encoding"
    ))
}

pub(super) fn decompressed_too_large(index: usize, limit: &str, value: usize) -> Status {
    Status::resource_exhausted(format!(
        "message {index} is larger than {limit} = {value} once it is decompressed: \
         send less, or raise {limit} for the method or the server"
    ))
}

pub(super) fn corrupt(index: usize, encoding: &str, error: &io::Error) -> Status {
    Status::internal(format!(
        "message {index} cannot be decompressed as {encoding}: {error}"
    ))
}

pub(super) fn cardinality(received: &str) -> Status {
    Status::unimplemented(format!(
        "this method takes exactly one message and the client sent {received}"
    ))
}

pub(super) fn broken_off(received: usize, error: &Status) -> Status {
    Status::cancelled(format!(
        "the stream broke off after {received} messages, before the client half-closed it: {}",
        error.message()
    ))
}

pub(super) fn unverified_end() -> Status {
    Status::internal(
        "the HTTP layer cannot tell whether the client half-closed the stream or broke it off, so the \
         handler did not run: serve with spikard::Server, or over HTTP/2 without a layer that rewraps \
         the request body",
    )
}
