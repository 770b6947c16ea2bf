//! The compression that a response asks for.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::Compression;

use super::answer::Answer;
use super::wrong;

/// The compression of a response. Default: that of the server.
#[derive(Default)]
pub(crate) struct Wanted {
    pub(crate) compression: Option<Compression>,
    /// Indices of messages that are sent uncompressed in any case.
    pub(crate) uncompressed: Vec<usize>,
}

/// Reads `compression`, and `uncompressed` of a response with several messages.
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
            // The common case.
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
