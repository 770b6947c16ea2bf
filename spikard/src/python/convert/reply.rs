//! From a handler's response to framed bytes.

use bytes::Bytes;
use pyo3::exceptions::PyMemoryError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};
use tonic::metadata::MetadataMap;

use super::answer::Answer;
use super::compression::{Wanted, wanted};
use super::frames::frame;
use super::payload::Payload;
use super::{classes, metadata, wrong};

/// The name in errors.
const RESPONSE: &str = "response";

/// A whole response of a handler.
pub(crate) struct Buffered {
    /// All messages, framed in one buffer.
    pub(crate) frames: Bytes,
    pub(crate) count: usize,
    pub(crate) wanted: Wanted,
    pub(crate) metadata: MetadataMap,
    pub(crate) trailers: MetadataMap,
}

/// Reads a response of the expected class. The error says what was returned instead.
pub(crate) fn reply(answer: Answer, response: &Bound<'_, PyAny>) -> PyResult<Buffered> {
    let py = response.py();
    let class = classes::response(py, answer)?;
    // Of the type: a value may say what it likes of its class.
    if !response.get_type().is_subclass(class)? {
        return Err(wrong::response(answer, response));
    }
    let content = match answer {
        Answer::One => response.getattr(intern!(py, "payload"))?,
        Answer::ServerStream | Answer::BidiStream | Answer::Stream => {
            response.getattr(intern!(py, "messages"))?
        }
    };
    let (frames, count) = match answer {
        Answer::One => {
            let message = Payload::of(&content).map_err(|found| wrong::payload(answer, found))?;
            (frame(RESPONSE, &[message])?, 1)
        }
        Answer::ServerStream | Answer::BidiStream | Answer::Stream => list(answer, &content)?,
    };
    Ok(Buffered {
        frames,
        count,
        wanted: wanted(answer, response)?,
        metadata: metadata::sent(&response.getattr(intern!(py, "metadata"))?)?,
        trailers: metadata::sent(&response.getattr(intern!(py, "trailers"))?)?,
    })
}

fn list(answer: Answer, content: &Bound<'_, PyAny>) -> PyResult<(Bytes, usize)> {
    let messages = if let Ok(list) = content.cast::<PyList>() {
        checked(answer, list.len(), list.iter())?
    } else if let Ok(tuple) = content.cast::<PyTuple>() {
        checked(answer, tuple.len(), tuple.iter())?
    } else {
        return Err(wrong::messages(answer, content));
    };
    Ok((frame(RESPONSE, &messages)?, messages.len()))
}

fn checked<'py>(
    answer: Answer,
    len: usize,
    items: impl Iterator<Item = Bound<'py, PyAny>>,
) -> PyResult<Vec<Payload<'py>>> {
    let mut messages = Vec::new();
    messages.try_reserve_exact(len).map_err(|_| {
        PyMemoryError::new_err(format!(
            "the response has {len} messages, and there is no memory for a list of them"
        ))
    })?;
    for (index, item) in items.enumerate() {
        let message = Payload::of(&item);
        messages.push(message.map_err(|found| wrong::message(answer, index, found))?);
    }
    Ok(messages)
}

/// Frames a batch of messages that [`yielded`] has made.
pub(crate) fn frame_batch(batch: &Bound<'_, PyList>) -> PyResult<Bytes> {
    let messages = batch.iter().map(|message| Payload::from_python(&message));
    frame(RESPONSE, &messages.collect::<PyResult<Vec<_>>>()?)
}

/// Frames the messages of a request.
pub(crate) fn frame_request(messages: Vec<Bound<'_, PyBytes>>) -> PyResult<Bytes> {
    let messages: Vec<_> = messages.into_iter().map(Payload::One).collect();
    frame("request", &messages)
}

/// A message of a generator as immutable `bytes`, or as a tuple of them. The error says what was yielded instead.
pub(crate) fn yielded<'py>(
    index: usize,
    message: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    match Payload::of(message) {
        Ok(payload) => payload.into_python(message.py()),
        Err(found) => Err(wrong::yielded(index, found)),
    }
}
