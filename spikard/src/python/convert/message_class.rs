//! A class of messages, as Python describes it.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::footprint::PythonMessages;

/// What Python's `Memory` says of a class.
#[derive(FromPyObject)]
pub(crate) struct MessageClass {
    /// The full name of the message.
    name: String,
    /// The library that decodes it, where it has descriptors.
    library: String,
    /// A `FileDescriptorSet` with it; empty where there is none.
    descriptors: Vec<u8>,
    /// How many times its bytes it takes, where its codec says so.
    factor: Option<usize>,
}

impl MessageClass {
    /// Reads its descriptor.
    pub(crate) fn read(self) -> PyResult<Arc<PythonMessages>> {
        let Self {
            name,
            library,
            descriptors,
            factor,
        } = self;
        let class = match factor {
            Some(factor) => PythonMessages::Factor(factor),
            None if descriptors.is_empty() => PythonMessages::Unknown,
            None => PythonMessages::described(&name, &library, &descriptors)
                .map_err(PyValueError::new_err)?,
        };
        Ok(Arc::new(class))
    }
}
