//! From a handler's response to what is sent: the one crossing outwards.

use bytes::Bytes;
use pyo3::exceptions::PyMemoryError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};
use tonic::metadata::MetadataMap;

use crate::python::bridge::Yielded;
use crate::respond::{Outgoing, Reply, Sending, StreamedBatches as _};
use crate::shapes::ResponseParts;
use crate::wire::{PREFIX, framed_messages};
use crate::{Messages, Status};

use super::answer::Answer;
use super::compression::{Wanted, wanted};
use super::frames::frame;
use super::{classes, metadata, wrong};

/// What errors call it.
const RESPONSE: &str = "response";

/// What a Python handler answered: its messages and the metadata around them.
pub struct PythonReply {
    content: Content,
    wanted: Wanted,
    metadata: MetadataMap,
    trailers: MetadataMap,
}

enum Content {
    /// All messages, framed in one buffer.
    Framed { frames: Bytes, count: usize },
    /// The messages as the handler makes them.
    Stream(Yielded),
}

impl PythonReply {
    /// A reply of which only the beginning is known.
    pub(crate) fn streamed(metadata: MetadataMap, wanted: Wanted, messages: Yielded) -> Self {
        Self {
            content: Content::Stream(messages),
            wanted,
            metadata,
            trailers: MetadataMap::new(),
        }
    }

    /// The reply of a served call, as it stands in the buffer.
    pub(crate) fn into_reply(self, sending: Sending) -> Result<Reply, Status> {
        let parts = ResponseParts {
            metadata: self.metadata,
            trailers: self.trailers,
            compression: self.wanted.compression,
            uncompressed: self.wanted.uncompressed,
        };
        sending.reply(parts, |encoding| match self.content {
            Content::Framed { frames, .. } => Outgoing::framed(frames, encoding),
            Content::Stream(messages) => Ok(Outgoing::batches(messages, encoding)),
        })
    }

    /// The messages, as slices of the buffer.
    pub(super) fn messages(&mut self) -> Vec<Bytes> {
        let (frames, count) = self.framed();
        let mut messages = Vec::with_capacity(count);
        messages.extend(framed_messages(frames));
        messages
    }

    /// The one message of a response that has one.
    pub(super) fn first(&mut self) -> Bytes {
        let (frames, _) = self.framed();
        frames.slice(PREFIX.min(frames.len())..)
    }

    /// The messages as they come.
    pub(super) fn stream(&mut self) -> Messages<Bytes> {
        let none = Content::Framed {
            frames: Bytes::new(),
            count: 0,
        };
        match std::mem::replace(&mut self.content, none) {
            Content::Stream(messages) => messages.into_messages(),
            Content::Framed { frames, .. } => {
                Messages::from(framed_messages(frames).collect::<Vec<_>>())
            }
        }
    }

    /// The buffer of a reply whose messages are all there, which those of every shape but one are.
    fn framed(&self) -> (Bytes, usize) {
        match &self.content {
            Content::Framed { frames, count } => (frames.clone(), *count),
            Content::Stream(_) => (Bytes::new(), 0),
        }
    }

    pub(super) fn into_rest(self) -> (MetadataMap, MetadataMap, Wanted) {
        (self.metadata, self.trailers, self.wanted)
    }
}

/// Takes a response of the expected class apart; the error says what was returned instead.
pub(crate) fn reply(answer: Answer, response: &Bound<'_, PyAny>) -> PyResult<PythonReply> {
    let py = response.py();
    let class = classes::response(py, answer)?;
    if !response.is_instance(class)? {
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
            let message = bytes(&content).ok_or_else(|| wrong::payload(answer, &content))??;
            (frame(RESPONSE, &[message])?, 1)
        }
        Answer::ServerStream | Answer::BidiStream | Answer::Stream => list(answer, &content)?,
    };
    Ok(PythonReply {
        content: Content::Framed { frames, count },
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
) -> PyResult<Vec<Bound<'py, PyBytes>>> {
    let mut messages = Vec::new();
    messages.try_reserve_exact(len).map_err(|_| {
        PyMemoryError::new_err(format!(
            "the response has {len} messages, and there is no memory for a list of them"
        ))
    })?;
    for (index, item) in items.enumerate() {
        messages.push(bytes(&item).ok_or_else(|| wrong::message(answer, index, &item))??);
    }
    Ok(messages)
}

/// The messages of a batch, which Python's side has made bytes of, framed in one buffer.
pub(crate) fn frame_batch(batch: &Bound<'_, PyList>) -> PyResult<Bytes> {
    let messages: Vec<_> = batch
        .iter()
        .map(|message| message.cast_into::<PyBytes>())
        .collect::<Result<_, _>>()?;
    frame(RESPONSE, &messages)
}

/// One message that a generator yielded, as bytes that do not change any more; the error says what it is instead.
pub(crate) fn yielded<'py>(
    index: usize,
    message: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyBytes>> {
    bytes(message).unwrap_or_else(|| Err(wrong::yielded(index, message)))
}

/// The bytes of a bytes-like object; `None` for any other. Those that can change are copied: nobody
/// may write to what is being read.
fn bytes<'py>(item: &Bound<'py, PyAny>) -> Option<PyResult<Bound<'py, PyBytes>>> {
    if let Ok(bytes) = item.cast::<PyBytes>() {
        return Some(Ok(bytes.clone()));
    }
    let py = item.py();
    let bytes_like = item.is_instance_of::<pyo3::types::PyByteArray>()
        || item.is_instance_of::<pyo3::types::PyMemoryView>();
    bytes_like.then(|| {
        let copied = py.get_type::<PyBytes>().call1((item,))?;
        Ok(copied.cast_into::<PyBytes>()?)
    })
}
