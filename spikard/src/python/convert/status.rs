//! Statuses, from Python to Rust and back.

use bytes::Bytes;
use pyo3::prelude::*;
use pyo3::types::PyList;
use tonic::metadata::MetadataMap;

use crate::{Code, Status};

use super::{classes, metadata};

/// A status of a code, a message, a serialized `google.rpc.Status` and metadata pairs, and what is wrong with the pairs
/// that it is without: a failure keeps its code, whatever its metadata.
pub(crate) fn status(
    code: i32,
    message: &str,
    details: &[u8],
    pairs: Option<&Bound<'_, PyAny>>,
) -> PyResult<(Status, Vec<PyErr>)> {
    let mut sent = MetadataMap::new();
    let mut faults = Vec::new();
    if let Some(pairs) = pairs {
        for pair in pairs.cast::<PyList>()? {
            let pair = pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>();
            let appended = pair.and_then(|(key, value)| metadata::append(&mut sent, &key, &value));
            let is_full = appended.is_err() && metadata::is_full(&sent);
            faults.extend(appended.err());
            if is_full {
                // It is for the rest as well.
                break;
            }
        }
    }
    let status = Status::with_details_and_metadata(
        Code::from_i32(code),
        message,
        Bytes::copy_from_slice(details),
        sent,
    );
    Ok((status, faults))
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
