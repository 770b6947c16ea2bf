//! The statuses that a request gets before its handler runs.

use std::fmt::Display;
use std::io;

use crate::footprint::Refused;
use crate::stats::{Limit, limited};
use crate::status::{FieldViolation, bad_request};
use crate::{Code, Status};

use super::decoded::Room;
use super::pace::TooSlow;

pub(super) fn too_many_messages(limit: usize) -> Status {
    limited(
        Limit::MaxMessages,
        Status::resource_exhausted(format!(
            "the stream has more than max_messages = {limit} messages (message {} arrived): \
             send fewer in one stream, or raise max_messages for the method or the server",
            limit.saturating_add(1)
        )),
    )
}

pub(super) fn message_too_large(index: usize, limit: usize, arrived: usize) -> Status {
    limited(
        Limit::MaxMessageBytes,
        Status::resource_exhausted(format!(
            "message {index} has {arrived} bytes, more than max_message_bytes = {limit}: \
             send smaller messages, or raise max_message_bytes for the method or the server"
        )),
    )
}

pub(super) fn stream_too_large(limit: usize, arrived: usize) -> Status {
    limited(
        Limit::MaxStreamBytes,
        Status::resource_exhausted(format!(
            "the messages of the stream have {arrived} bytes or more, over max_stream_bytes = {limit}: \
             send less in one stream, or raise max_stream_bytes for the method or the server"
        )),
    )
}

fn decoded_too_large(index: usize, limit: usize, takes: usize) -> Status {
    limited(
        Limit::MaxDecodedBytes,
        Status::resource_exhausted(format!(
            "with message {index} the decoded messages take {takes} bytes of memory or more, over max_decoded_bytes = {limit}: \
             send fewer fields and messages in one, or raise max_decoded_bytes for the method or the server"
        )),
    )
}

pub(super) fn too_slow(how: &TooSlow, received: usize) -> Status {
    let (limit, what, change) = match how {
        TooSlow::Idle { timeout } => (
            Limit::IdleTimeout,
            format!("nothing arrived for idle_timeout = {timeout:?}"),
            "raise idle_timeout for the method or the server",
        ),
        TooSlow::Unfinished { timeout } => (
            Limit::ReceiveTimeout,
            format!("the stream took longer than receive_timeout = {timeout:?}"),
            "raise receive_timeout for the server",
        ),
        TooSlow::Trickle {
            bytes,
            window,
            min_rate,
        } => (
            Limit::MinReceiveRate,
            format!(
                "{bytes} bytes arrived in {window:?}, fewer than min_receive_rate = {min_rate} a second,"
            ),
            "lower min_receive_rate for the server",
        ),
    };
    limited(
        limit,
        Status::deadline_exceeded(format!(
            "{what} after {received} messages, and the stream has not been half-closed: \
             send the rest sooner, or {change}"
        )),
    )
}

/// The answer to a message that cannot be decoded. Python words its own alike (`spikard/grpc/_typed.py`).
#[derive(Clone, Copy)]
pub(super) struct Undecodable {
    pub(super) code: Code,
    /// Whether the request has one message, and no stream.
    pub(super) is_only_one: bool,
}

impl Undecodable {
    pub(super) fn status<M>(self, index: usize, error: &dyn Display) -> Status {
        let name = std::any::type_name::<M>().rsplit("::").next();
        let name = name.unwrap_or("message");
        let description = format!("is not a valid {name}: {error}");
        let (what, field) = if self.is_only_one {
            (String::from("the message"), String::from("payload"))
        } else {
            let what = format!("message {index} of the stream");
            (what, format!("messages[{index}]"))
        };
        let text = format!("{what} {description}");
        let violation = FieldViolation::new(field, description);
        bad_request(self.code, text, vec![violation])
    }

    /// What is known of a message before it is decoded speaks against it.
    pub(super) fn refused<M>(self, index: usize, room: &Room, refused: Refused) -> Status {
        match refused {
            Refused::TooLarge { at_least } => decoded_too_large(index, room.limit(), at_least),
            Refused::Malformed(how) => self.status::<M>(index, &how),
        }
    }
}

pub(super) fn compressed_without_encoding(index: usize) -> Status {
    Status::internal(format!(
        "message {index} has its compressed flag set, but the request names no grpc-encoding"
    ))
}

pub(super) fn decompressed_too_large(index: usize, limit: Limit, value: usize) -> Status {
    limited(
        limit,
        Status::resource_exhausted(format!(
            "message {index} is larger than {limit} = {value} once it is decompressed: \
             send less, or raise {limit} for the method or the server"
        )),
    )
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
