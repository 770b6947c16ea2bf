//! All messages of a stream in one Python `bytes`.

use bytes::{BufMut, Bytes};
use prost::encoding::{encode_varint, encoded_len_varint};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::copied::filled;

/// The key of field 1, of a type that has a length.
const KEY: u8 = (1 << 3) | 2;

/// Messages as a protobuf message whose field 1 repeats them, which Python parses at once. They are freed then.
pub(crate) struct Joined(pub(crate) Vec<Bytes>);

impl<'py> IntoPyObject<'py> for Joined {
    type Target = PyBytes;
    type Output = Bound<'py, PyBytes>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let Self(messages) = self;
        let len = messages.iter().map(|message| element_len(message)).sum();
        filled(py, len, move |left| {
            for message in messages {
                left.put_u8(KEY);
                encode_varint(message.len() as u64, left);
                left.put_slice(&message);
            }
        })
    }
}

fn element_len(message: &[u8]) -> usize {
    1 + encoded_len_varint(message.len() as u64) + message.len()
}
