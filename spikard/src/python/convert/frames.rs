//! gRPC frames.

use bytes::{BufMut, Bytes};
use pyo3::exceptions::{PyMemoryError, PyValueError};
use pyo3::prelude::*;

use crate::wire::PREFIX;

use super::copied::LARGE;
use super::payload::Payload;

/// Frames messages in one buffer of exactly their size. `whose` names the messages in errors: a `ValueError` for a
/// message that is too long, a `MemoryError` if there is no room for all.
pub(super) fn frame(whose: &str, messages: &[Payload<'_>]) -> PyResult<Bytes> {
    // A list can hold one object many times, so the sum has no bound.
    let size: u128 = messages
        .iter()
        .map(|message| message.len() + PREFIX as u128)
        .sum();
    let mut framed = Vec::new();
    let size = usize::try_from(size)
        .ok()
        .filter(|size| framed.try_reserve_exact(*size).is_ok())
        .ok_or_else(|| too_much(whose, size, messages.len()))?;
    let pieces = messages.iter().flat_map(Payload::pieces);
    let put = match messages.first() {
        Some(first) if size >= LARGE => {
            // `messages` keeps the objects alive, and nobody writes to a `bytes`.
            let pieces: Vec<_> = pieces.collect();
            let framed = &mut framed;
            first.py().detach(move || put(framed, pieces.into_iter()))
        }
        _ => put(&mut framed, pieces),
    };
    put.map_err(|(index, len)| too_long(whose, index, len))?;
    Ok(Bytes::from(framed))
}

/// Frames one message after the other. The error is the index and the length of one that is too long.
fn put<'a>(
    framed: &mut Vec<u8>,
    pieces: impl Iterator<Item = (Option<u128>, &'a [u8])>,
) -> Result<(), (usize, u128)> {
    let mut begun = 0;
    for (length, bytes) in pieces {
        if let Some(length) = length {
            let prefix = u32::try_from(length).map_err(|_| (begun, length))?;
            framed.put_u8(0);
            framed.put_u32(prefix);
            begun += 1;
        }
        framed.put_slice(bytes);
    }
    Ok(())
}

fn too_much(whose: &str, size: u128, messages: usize) -> PyErr {
    PyMemoryError::new_err(format!(
        "the {whose} has {size} bytes in {messages} messages, and there is no memory to put them together: send less \
         at once"
    ))
}

fn too_long(whose: &str, index: usize, len: u128) -> PyErr {
    PyValueError::new_err(format!(
        "message {index} of the {whose} has {len} bytes; the length of a gRPC message is 32 bits wide"
    ))
}
