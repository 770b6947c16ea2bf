//! Errors for responses that cannot be sent: what was returned, and what was expected.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyList, PyString, PyTuple};

use crate::Compression;

use super::answer::Answer;
use super::payload::NoPayload;

/// The most characters of a `repr`.
const SHOWN: usize = 120;

pub(crate) fn response(answer: Answer, found: &Bound<'_, PyAny>) -> PyErr {
    let expected = answer.class_name();
    let field = answer.field();
    let hint = if answer == Answer::Stream {
        stream_hint(found)
    } else if found.hasattr("__aiter__").unwrap_or(false) {
        String::from(
            "; a generator answers a method whose Rust signature returns a GrpcDuplexResponse",
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
    PyTypeError::new_err(format!(
        "returned {}, expected a {expected}{hint}",
        describe(found)
    ))
}

pub(super) fn payload(answer: Answer, found: NoPayload<'_>) -> PyErr {
    let whose = format!("returned a {} whose payload", answer.class_name());
    no_payload(found, &whose)
}

pub(super) fn messages(answer: Answer, found: &Bound<'_, PyAny>) -> PyErr {
    PyTypeError::new_err(format!(
        "returned a {} whose messages are {}, expected a list of bytes",
        answer.class_name(),
        describe(found)
    ))
}

pub(super) fn message(answer: Answer, index: usize, found: NoPayload<'_>) -> PyErr {
    let whose = format!("returned a {} whose messages[{index}]", answer.class_name());
    no_payload(found, &whose)
}

pub(super) fn compression(answer: Answer, found: &Bound<'_, PyAny>) -> PyErr {
    let [first @ .., last] = Compression::ALL.map(|one| format!("{:?}", one.name()));
    PyValueError::new_err(format!(
        "returned a {} whose compression is {}, expected None, {} or {last}",
        answer.class_name(),
        describe(found),
        first.join(", ")
    ))
}

pub(super) fn uncompressed(answer: Answer, found: &Bound<'_, PyAny>) -> PyErr {
    PyTypeError::new_err(format!(
        "returned a {} whose uncompressed is {}, expected the indices of messages, each an int of 0 or more",
        answer.class_name(),
        describe(found)
    ))
}

/// The error for something other than a message that a generator yielded.
pub(super) fn yielded(index: usize, found: NoPayload<'_>) -> PyErr {
    match found {
        NoPayload::NotBytes(None, found) => PyTypeError::new_err(format!(
            "yielded {} as message {index}, expected bytes{}",
            describe(&found),
            bytes_hint(&found)
        )),
        found => no_payload(found, &format!("yielded message {index}, which")),
    }
}

/// The error for what is no message; `whose` is the message.
fn no_payload(found: NoPayload<'_>, whose: &str) -> PyErr {
    let of_part = |part: Option<usize>| part.map_or_else(String::new, |part| format!("[{part}]"));
    let text = match found {
        NoPayload::NotBytes(part, found) => format!(
            "{whose}{} is {}, expected bytes{}",
            of_part(part),
            describe(&found),
            bytes_hint(&found)
        ),
        NoPayload::NotContiguous(part, found) => format!(
            "{whose}{} is {}, a buffer that is not contiguous: make it bytes, as with .tobytes()",
            of_part(part),
            describe(&found)
        ),
        NoPayload::Raised(error) => return error,
    };
    PyTypeError::new_err(text)
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
    if is_message(found) {
        "; add .SerializeToString()"
    } else if found.is_instance_of::<PyString>() {
        "; add .encode()"
    } else {
        ""
    }
}

/// Whether it is a protobuf message, of any version of protobuf. None has to be installed.
fn is_message(found: &Bound<'_, PyAny>) -> bool {
    found.hasattr("SerializeToString").unwrap_or(false)
}

/// The type of the value and its shortened `repr`; just `None` for `None`.
fn describe(found: &Bound<'_, PyAny>) -> String {
    if found.is_none() {
        return String::from("None");
    }
    let kind = found
        .get_type()
        .fully_qualified_name()
        .map_or_else(|_| String::from("an object"), |name| name.to_string());
    let kind = match kind.rsplit_once('.') {
        // The modules of the package are private.
        Some((module, name)) if module.starts_with("spikard.grpc") => name.to_owned(),
        _ => kind,
    };
    // Large values are not formatted just to be cut.
    let shown = if found.is_instance_of::<PyByteArray>() || found.is_instance_of::<PyBytes>() {
        found.len().map(|len| format!("{len} bytes"))
    } else if found.is_instance_of::<PyList>() || found.is_instance_of::<PyTuple>() {
        found.len().map(|len| format!("of {len}"))
    } else if found.is_instance_of::<PyDict>() {
        let short = found.py().import("reprlib");
        let short = short.and_then(|module| module.call_method1("repr", (found,)));
        short.map(|shown| shown.to_string())
    } else {
        found.repr().map(|shown| cut(&shown.to_string_lossy()))
    };
    match shown {
        Ok(shown) => format!("{kind} ({shown})"),
        // A `__repr__` that raises.
        Err(_) => kind,
    }
}

fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
