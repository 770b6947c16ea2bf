//! Statuses, from Python to Rust and back.

use bytes::Bytes;
use pyo3::prelude::*;
use pyo3::types::PyList;
use tonic::metadata::MetadataMap;

use crate::{Code, Status};

use super::{classes, metadata};

/// A status of a code, a message, a serialized `google.rpc.Status` and metadata pairs.
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

/// The `GrpcError` of a status.
pub(crate) fn grpc_error(py: Python<'_>, status: &Status) -> PyErr {
    let made = classes::grpc_error(py)
        .and_then(|class| class.call1((i32::from(status.code()), status.message())));
    match made {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}
