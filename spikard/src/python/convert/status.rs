//! From what a handler raised, as Python's table has it, to a status.

use bytes::Bytes;
use pyo3::prelude::*;
use pyo3::types::PyList;
use tonic::metadata::MetadataMap;

use crate::{Code, Status};

use super::{classes, metadata};

/// The status with this code, message, `google.rpc.Status` and list of metadata pairs.
pub(crate) fn status(
    code: i32,
    message: &str,
    details: &[u8],
    pairs: Option<&Bound<'_, PyAny>>,
) -> PyResult<Status> {
    let mut sent = MetadataMap::new();
    if let Some(pairs) = pairs {
        for pair in pairs.cast::<PyList>()? {
            let (key, value) = pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
            metadata::append(&mut sent, &key, &value)?;
        }
    }
    Ok(Status::with_details_and_metadata(
        Code::from_i32(code),
        message,
        Bytes::copy_from_slice(details),
        sent,
    ))
}

/// A status as Python raises it.
pub(crate) fn grpc_error(py: Python<'_>, status: &Status) -> PyErr {
    let made = classes::grpc_error(py)
        .and_then(|class| class.call1((i32::from(status.code()), status.message())));
    match made {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}
