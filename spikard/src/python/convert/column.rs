//! From messages to a binary column, as Arrow lays it out: their bytes in a row, and where each begins.

use std::iter::Peekable;
use std::vec::IntoIter;

use bytes::{BufMut, Bytes};
use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use super::copied::{Copied, filled};

/// A piece ends with the message that comes to this: it is converted without letting go of the interpreter, which takes 2
/// to 5 ms, and its bytes are freed before the next is converted.
const PIECE: usize = 1 << 20;
/// Added to the bytes of each message, so that empty ones end a piece as well.
const FIXED: usize = 32;

/// Messages as a list of pieces of a binary column, each its bytes and its offsets (`int32`). They are freed then.
pub(crate) struct Column(pub(crate) Vec<Bytes>);

impl<'py> IntoPyObject<'py> for Column {
    type Target = PyList;
    type Output = Bound<'py, PyList>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let pieces = PyList::empty(py);
        let mut messages = self.0.into_iter().peekable();
        while messages.peek().is_some() {
            let (content, offsets) = Piece::take(&mut messages)?.into_python(py)?;
            pieces.append((content, offsets))?;
        }
        Ok(pieces)
    }
}

struct Piece {
    messages: Vec<Bytes>,
    len: usize,
    /// Where each message begins, and where the last ends: of each the four bytes of an `i32`.
    offsets: Vec<u8>,
}

impl Piece {
    fn take(messages: &mut Peekable<IntoIter<Bytes>>) -> PyResult<Self> {
        let mut piece = Self {
            messages: Vec::new(),
            len: 0,
            offsets: 0_i32.to_ne_bytes().to_vec(),
        };
        let mut weight = 0;
        while weight < PIECE {
            let Some(message) = messages.next() else {
                break;
            };
            weight += message.len() + FIXED;
            piece.len += message.len();
            let end = i32::try_from(piece.len).map_err(|_| too_long(message.len()))?;
            piece.offsets.extend_from_slice(&end.to_ne_bytes());
            piece.messages.push(message);
        }
        Ok(piece)
    }

    fn into_python(self, py: Python<'_>) -> PyResult<(Bound<'_, PyBytes>, Bound<'_, PyBytes>)> {
        let Self {
            messages,
            len,
            offsets,
        } = self;
        let content = filled(py, len, move |left| {
            for message in messages {
                left.put_slice(&message);
            }
        })?;
        Ok((content, Copied(offsets).into_pyobject(py)?))
    }
}

fn too_long(len: usize) -> PyErr {
    PyOverflowError::new_err(format!(
        "a message of {len} bytes is longer than a column of bytes can be, 2 GiB: lower max_message_bytes"
    ))
}
