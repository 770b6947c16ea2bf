//! gRPC frames.

use bytes::{BufMut, Bytes};
use pyo3::exceptions::{PyMemoryError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::wire::PREFIX;

use super::copied::LARGE;

/// Frames messages in one buffer of exactly their size. `whose` names the messages in errors: a `ValueError` for a
/// message that is too long, a `MemoryError` if there is no room for all.
pub(crate) fn frame(whose: &str, messages: &[Bound<'_, PyBytes>]) -> PyResult<Bytes> {
    // A list can hold one object many times, so the sum has no bound.
    let size: u128 = messages
        .iter()
        .map(|message| (message.as_bytes().len() + PREFIX) as u128)
        .sum();
    let mut framed = Vec::new();
    let size = usize::try_from(size)
        .ok()
        .filter(|size| framed.try_reserve_exact(*size).is_ok())
        .ok_or_else(|| too_much(whose, size, messages.len()))?;
    let put = match messages.first() {
        Some(first) if size >= LARGE => {
            // `messages` keeps the objects alive, and nobody writes to a `bytes`.
            let slices: Vec<&[u8]> = messages.iter().map(|message| message.as_bytes()).collect();
            let framed = &mut framed;
            first.py().detach(move || put(framed, slices.into_iter()))
        }
        _ => put(
            &mut framed,
            messages.iter().map(|message| message.as_bytes()),
        ),
    };
    put.map_err(|(index, len)| too_long(whose, index, len))?;
    Ok(Bytes::from(framed))
}

/// Frames one message after the other. The error is the index and the length of one that is too long.
fn put<'a>(
    framed: &mut Vec<u8>,
    messages: impl Iterator<Item = &'a [u8]>,
) -> Result<(), (usize, usize)> {
    for (index, message) in messages.enumerate() {
        let length = u32::try_from(message.len()).map_err(|_| (index, message.len()))?;
        framed.put_u8(0);
        framed.put_u32(length);
        framed.put_slice(message);
    }
    Ok(())
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
