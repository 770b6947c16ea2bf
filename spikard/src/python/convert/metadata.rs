//! Metadata, from Rust to Python and back.

use std::sync::atomic::{AtomicBool, Ordering};

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};
use tonic::metadata::{
    AsciiMetadataKey, AsciiMetadataValue, BinaryMetadataKey, BinaryMetadataValue, MetadataMap,
};

use super::classes;
use super::copied::Copied;

/// gRPC allows padding and its absence.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The metadata of a request, with decoded binary values.
#[derive(Default)]
pub(crate) struct ReceivedMetadata(Vec<(HeaderName, Vec<Value>)>);

enum Value {
    Text(HeaderValue),
    Binary(Bytes),
}

impl ReceivedMetadata {
    /// A binary value that is not base64 is left out: a proxy may have set it, and the call can do without, as a Rust
    /// handler can that does not read it.
    pub(crate) fn decode(metadata: MetadataMap) -> Self {
        let headers = metadata.into_headers();
        let named = headers
            .keys()
            .map(|name| (name.clone(), values(name, &headers)));
        Self(named.collect())
    }

    /// The Python `Metadata`, filled through its base class `dict`: names from the wire are lower case and need none of
    /// its checks.
    pub(crate) fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let metadata = classes::metadata(py)?.call0()?;
        let dict = metadata.cast::<PyDict>()?;
        for (name, values) in self.0 {
            let name = PyString::new(py, name.as_str());
            let all = values.into_iter().map(|value| value.into_python(py));
            let all = all.collect::<PyResult<Vec<_>>>()?;
            if let Some(first) = all.first() {
                dict.set_item(&name, first)?;
            }
            if all.len() > 1 {
                let repeated = metadata.getattr(intern!(py, "_repeated"))?;
                repeated.set_item(&name, PyList::new(py, all)?)?;
            }
        }
        Ok(metadata)
    }
}

fn values(name: &HeaderName, headers: &HeaderMap) -> Vec<Value> {
    let all = headers.get_all(name).iter();
    if !name.as_str().ends_with("-bin") {
        return all.cloned().map(Value::Text).collect();
    }
    all.filter_map(|value| match BASE64.decode(value.as_bytes()) {
        Ok(bytes) => Some(Value::Binary(Bytes::from(bytes))),
        Err(error) => {
            not_base64(name, &error);
            None
        }
    })
    .collect()
}

/// A warning the first time: the same proxy does it in each call.
fn not_base64(name: &HeaderName, error: &DecodeError) {
    static WARNED: AtomicBool = AtomicBool::new(false);
    let text = format_args!(
        "a request's metadata {name} is not base64, as keys that end in -bin must be, and is left out: {error}"
    );
    if WARNED.swap(true, Ordering::Relaxed) {
        tracing::debug!("{text}");
    } else {
        tracing::warn!("{text}");
    }
}

impl Value {
    fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        Ok(match self {
            Self::Text(value) => match value.to_str() {
                Ok(text) => PyString::new(py, text).into_any(),
                // Every byte is a character of Latin-1, so nothing is lost.
                Err(_) => {
                    let text: String = value.as_bytes().iter().copied().map(char::from).collect();
                    PyString::new(py, &text).into_any()
                }
            },
            Self::Binary(bytes) => Copied(bytes).into_pyobject(py)?.into_any(),
        })
    }
}

/// The metadata or trailers of a response: a `Metadata`, or anything that one can be made from.
pub(crate) fn sent(metadata: &Bound<'_, PyAny>) -> PyResult<MetadataMap> {
    let py = metadata.py();
    let mut sent = MetadataMap::new();
    if metadata.is_none() {
        return Ok(sent);
    }
    let class = classes::metadata(py)?;
    let metadata = if metadata.is_exact_instance(class) {
        metadata.clone()
    } else {
        class.call1((metadata,))?
    };
    let dict = metadata.cast::<PyDict>()?;
    if dict.is_empty() {
        return Ok(sent);
    }
    for pair in metadata
        .call_method0(intern!(py, "pairs"))?
        .cast::<PyList>()?
    {
        let (key, value) = pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
        append(&mut sent, &key, &value)?;
    }
    Ok(sent)
}

/// The most keys of metadata. At 24,576 a map of headers panics; what is added to it on its way out has room.
const MOST_KEYS: usize = 16 << 10;

pub(super) fn is_full(metadata: &MetadataMap) -> bool {
    metadata.keys_len() >= MOST_KEYS
}

/// Appends one pair, unless it [is full](is_full).
pub(crate) fn append(
    sent: &mut MetadataMap,
    key: &Bound<'_, PyAny>,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let name = key.cast::<PyString>()?.to_cow()?;
    if is_full(sent) {
        return Err(too_many());
    }
    if name.ends_with("-bin") {
        let key = BinaryMetadataKey::from_bytes(name.as_bytes()).map_err(|_| bad_key(&name))?;
        let value = value.cast::<PyBytes>()?;
        sent.append_bin(key, BinaryMetadataValue::from_bytes(value.as_bytes()));
        return Ok(());
    }
    let key = AsciiMetadataKey::from_bytes(name.as_bytes()).map_err(|_| bad_key(&name))?;
    let text = value.cast::<PyString>()?.to_cow()?;
    let value = AsciiMetadataValue::try_from(&*text)
        .ok()
        .filter(|_| text.bytes().all(|byte| (b' '..=b'~').contains(&byte)))
        .ok_or_else(|| bad_value(&name))?;
    sent.append(key, value);
    Ok(())
}

fn bad_key(name: &str) -> PyErr {
    PyValueError::new_err(format!(
        "the metadata key {name:?} cannot be sent: a key has letters, digits, '-', '_' and '.' only"
    ))
}

fn too_many() -> PyErr {
    PyValueError::new_err(format!(
        "metadata of more than {MOST_KEYS} keys cannot be sent: gRPC's clients take 8 KiB of it"
    ))
}

fn bad_value(name: &str) -> PyErr {
    PyValueError::new_err(format!(
        "the value of the metadata {name:?} cannot be sent: text must be printable ASCII; \
         send other text as bytes, under {name}-bin"
    ))
}
