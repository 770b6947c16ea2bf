//! The head of a call inside the process, as Python gives it.

use http::uri::PathAndQuery;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyList;
use tonic::metadata::MetadataMap;

use crate::python::convert::append_metadata;

use super::carried::Head;
use super::methods::seconds;

/// The head of a call to this path.
pub(super) fn head(
    path: &str,
    metadata: &Bound<'_, PyList>,
    timeout: Option<f64>,
) -> PyResult<Head> {
    let path = PathAndQuery::try_from(path)
        .map_err(|error| PyValueError::new_err(format!("{path:?} is not a path: {error}")))?;
    Ok(Head {
        path,
        metadata: pairs(metadata)?,
        timeout: timeout.map(seconds).transpose()?,
    })
}

fn pairs(metadata: &Bound<'_, PyList>) -> PyResult<MetadataMap> {
    let mut sent = MetadataMap::new();
    for pair in metadata {
        let (key, value) = pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
        append_metadata(&mut sent, &key, &value)?;
    }
    Ok(sent)
}
