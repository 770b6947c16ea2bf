//! gRPC frames.

use bytes::{BufMut, Bytes};
use pyo3::exceptions::{PyMemoryError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::wire::PREFIX;

/// Frames messages in one buffer of exactly their size. `whose` names the messages in errors: a `ValueError` for a
/// message that is too long, a `MemoryError` if there is no room for all.
pub(crate) fn frame(whose: &str, messages: &[Bound<'_, PyBytes>]) -> PyResult<Bytes> {
    // A list can hold one object many times, so the sum has no bound.
    let size: u128 = messages
        .iter()
        .map(|message| (message.as_bytes().len() + PREFIX) as u128)
        .sum();
    let mut framed = Vec::new();
    usize::try_from(size)
        .ok()
        .and_then(|size| framed.try_reserve_exact(size).ok())
        .ok_or_else(|| too_much(whose, size, messages.len()))?;
    for (index, message) in messages.iter().enumerate() {
        let message = message.as_bytes();
        let length =
            u32::try_from(message.len()).map_err(|_| too_long(whose, index, message.len()))?;
        framed.put_u8(0);
        framed.put_u32(length);
        framed.put_slice(message);
    }
    Ok(Bytes::from(framed))
}

fn too_much(whose: &str, size: u128, messages: usize) -> PyErr {
    PyMemoryError::new_err(format!(
        "the {whose} has {size} bytes in {messages} messages, and there is no memory to put them together: send less \
         at once"
    ))
}

fn too_long(whose: &str, index: usize, len: usize) -> PyErr {
    PyValueError::new_err(format!(
        "message {index} of the {whose} has {len} bytes; the length of a gRPC message is 32 bits wide"
    ))
}
