//! Between the metadata of a table and tonic's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tonic::metadata::{
    Ascii, AsciiMetadataKey, Binary, BinaryMetadataKey, KeyAndValueRef, MetadataMap, MetadataValue,
};

use super::message::MessageError;
use super::table::Call;

/// The metadata of a call, as tonic sends it.
pub(super) fn metadata_of(call: &Call) -> Result<MetadataMap, MessageError> {
    let mut metadata = MetadataMap::new();
    for (key, values) in &call.metadata {
        for value in values.as_slice() {
            if key.ends_with("-bin") {
                let key = BinaryMetadataKey::from_bytes(key.as_bytes());
                let value = BASE64.decode(value).map_err(MessageError::new)?;
                let value: MetadataValue<Binary> = MetadataValue::from_bytes(&value);
                metadata.append_bin(key.map_err(MessageError::new)?, value);
            } else {
                let key = AsciiMetadataKey::from_bytes(key.as_bytes());
                let value: MetadataValue<Ascii> = value.parse().map_err(MessageError::new)?;
                metadata.append(key.map_err(MessageError::new)?, value);
            }
        }
    }
    Ok(metadata)
}

/// Metadata that came back, in the form of a table.
pub(super) fn listed(metadata: &MetadataMap) -> Vec<(String, String)> {
    let entries = metadata.iter().map(|entry| match entry {
        KeyAndValueRef::Ascii(key, value) => (
            key.to_string(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        ),
        KeyAndValueRef::Binary(key, value) => (
            key.to_string(),
            value
                .to_bytes()
                .map_or_else(|error| error.to_string(), |bytes| BASE64.encode(bytes)),
        ),
    });
    entries.collect()
}
