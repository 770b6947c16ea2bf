//! How a handler wants its response compressed.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::Compression;

use super::answer::Answer;
use super::wrong;

/// What a response says of compression; by default, nothing.
#[derive(Default)]
pub(crate) struct Wanted {
    pub(crate) compression: Option<Compression>,
    /// The indices of the messages that are sent as they are all the same.
    pub(crate) uncompressed: Vec<usize>,
}

/// Reads `compression` and, of a response with several messages, `uncompressed`.
pub(crate) fn wanted(answer: Answer, response: &Bound<'_, PyAny>) -> PyResult<Wanted> {
    let py = response.py();
    let compression = response.getattr(intern!(py, "compression"))?;
    let compression = if compression.is_none() {
        None
    } else {
        let name = compression.cast::<PyString>().ok();
        let found = name.and_then(|name| Compression::named(&name.to_string_lossy()));
        Some(found.ok_or_else(|| wrong::compression(answer, &compression))?)
    };
    let uncompressed = match answer {
        Answer::One => Vec::new(),
        Answer::ServerStream | Answer::BidiStream | Answer::Stream => {
            let indices = response.getattr(intern!(py, "uncompressed"))?;
            // Nothing, as a rule.
            if matches!(indices.cast::<PyTuple>(), Ok(tuple) if tuple.is_empty()) {
                Vec::new()
            } else {
                let list = indices.extract();
                list.map_err(|_| wrong::uncompressed(answer, &indices))?
            }
        }
    };
    Ok(Wanted {
        compression,
        uncompressed,
    })
}
