//! Errors for responses that cannot be sent: what was returned, and what was expected. Python's `text_of` reads them.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString};

use crate::Compression;

use super::answer::Answer;
use super::payload::NoPayload;

/// Where Python's `text_of` shows what was found: a `repr` runs code of the user's, and Rust must not be below it. Up to
/// Python 3.13 the end of the interpreter unwinds the threads that run such code.
const FOUND: &str = "{found}";

/// A `TypeError` with a text that has [`FOUND`], and what was found.
fn type_error(text: String, found: &Bound<'_, PyAny>) -> PyErr {
    PyTypeError::new_err((text, found.clone().unbind()))
}

pub(crate) fn response(answer: Answer, found: &Bound<'_, PyAny>) -> PyErr {
    let expected = answer.class_name();
    let field = answer.field();
    let hint = if is_awaitable(found) {
        String::from(AWAIT)
    } else if answer == Answer::Stream {
        stream_hint(found)
    } else if has(found, "__aiter__") {
        format!(
            "; a generator answers a method that streams: put what it yields into {expected}({field}=…), or annotate the \
             handler with -> AsyncIterator (in a program in Rust, its signature with a GrpcDuplexResponse)"
        )
    } else if found.is_none() {
        format!("; end the handler with return {expected}({field}=…)")
    } else if is_message(found)
        || found.is_instance_of::<PyBytes>()
        || found.is_instance_of::<PyList>()
    {
        let call = if is_message(found) {
            ".SerializeToString()"
        } else {
            ""
        };
        match answer {
            Answer::One => format!("; return {expected}(payload=…{call})"),
            Answer::ServerStream | Answer::BidiStream | Answer::Stream => {
                format!("; return {expected}(messages=[…{call}])")
            }
        }
    } else {
        String::new()
    };
    type_error(
        format!("returned {FOUND}, expected a {expected}{hint}"),
        found,
    )
}

pub(super) fn payload(answer: Answer, found: NoPayload<'_>) -> PyErr {
    let whose = format!("returned a {} whose payload", answer.class_name());
    no_payload(found, &whose)
}

pub(super) fn messages(answer: Answer, found: &Bound<'_, PyAny>) -> PyErr {
    let class = answer.class_name();
    let text = format!("returned a {class} whose messages are {FOUND}, expected a list of bytes");
    type_error(text, found)
}

pub(super) fn message(answer: Answer, index: usize, found: NoPayload<'_>) -> PyErr {
    let whose = format!("returned a {} whose messages[{index}]", answer.class_name());
    no_payload(found, &whose)
}

pub(super) fn compression(answer: Answer, found: &Bound<'_, PyAny>) -> PyErr {
    let [first @ .., last] = Compression::ALL.map(|one| format!("{:?}", one.name()));
    let (class, others) = (answer.class_name(), first.join(", "));
    let text = format!(
        "returned a {class} whose compression is {FOUND}, expected None, {others} or {last}"
    );
    PyValueError::new_err((text, found.clone().unbind()))
}

pub(super) fn uncompressed(answer: Answer, found: &Bound<'_, PyAny>) -> PyErr {
    let class = answer.class_name();
    let text = format!(
        "returned a {class} whose uncompressed is {FOUND}, expected the indices of messages, each an int of 0 or more"
    );
    type_error(text, found)
}

/// The error for something other than a message that a generator yielded.
pub(super) fn yielded(index: usize, found: NoPayload<'_>) -> PyErr {
    match found {
        NoPayload::NotBytes(None, found) => {
            let hint = bytes_hint(&found);
            let text = format!("yielded {FOUND} as message {index}, expected bytes{hint}");
            type_error(text, &found)
        }
        found => no_payload(found, &format!("yielded message {index}, which")),
    }
}

/// The error for what is no message; `whose` is the message.
fn no_payload(found: NoPayload<'_>, whose: &str) -> PyErr {
    let of_part = |part: Option<usize>| part.map_or_else(String::new, |part| format!("[{part}]"));
    match found {
        NoPayload::NotBytes(part, found) => {
            let (part, hint) = (of_part(part), bytes_hint(&found));
            let text = format!("{whose}{part} is {FOUND}, expected bytes{hint}");
            type_error(text, &found)
        }
        NoPayload::NotContiguous(part, found) => {
            let part = of_part(part);
            let text = format!(
                "{whose}{part} is {FOUND}, a buffer that is not contiguous: make it bytes, as with .tobytes()"
            );
            type_error(text, &found)
        }
        NoPayload::Raised(error) => error,
    }
}

/// A hint for a response that is not a stream.
fn stream_hint(found: &Bound<'_, PyAny>) -> String {
    let hint = if found.is_none() {
        "; yield the messages, or end the handler with return GrpcDuplexResponse(messages=…)"
    } else {
        "; yield the messages, or return GrpcDuplexResponse(messages=…)"
    };
    String::from(hint)
}

/// A hint for a value that is not bytes.
fn bytes_hint(found: &Bound<'_, PyAny>) -> &'static str {
    if is_awaitable(found) {
        AWAIT
    } else if is_message(found) {
        "; add .SerializeToString()"
    } else if found.is_instance_of::<PyString>() {
        "; add .encode()"
    } else {
        ""
    }
}

/// Whether it is a protobuf message, of any version of protobuf. None has to be installed.
fn is_message(found: &Bound<'_, PyAny>) -> bool {
    has(found, "SerializeToString")
}

const AWAIT: &str = "; await it: an async function was called, and did not run";

/// Whether it waits to be awaited, as what an `async def` returns.
fn is_awaitable(found: &Bound<'_, PyAny>) -> bool {
    has(found, "__await__")
}

/// Whether its type has this attribute; asking the value may run code of the user's.
fn has(found: &Bound<'_, PyAny>, name: &str) -> bool {
    found.get_type().hasattr(name).unwrap_or(false)
}
