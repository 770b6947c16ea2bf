//! Compression of one message.

use std::io;
#[cfg(feature = "gzip")]
use std::io::Write;

use super::Compression;

/// The message in its encoding, at the encoding's own default level.
pub(crate) fn deflate(compression: Compression, message: &[u8]) -> io::Result<Vec<u8>> {
    match compression {
        #[cfg(feature = "gzip")]
        Compression::Gzip => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(message)?;
            encoder.finish()
        }
        #[cfg(feature = "gzip")]
        Compression::Deflate => {
            let mut encoder =
                flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(message)?;
            encoder.finish()
        }
        #[cfg(feature = "zstd")]
        Compression::Zstd => zstd::stream::encode_all(message, zstd::DEFAULT_COMPRESSION_LEVEL),
        _ => Ok(message.to_vec()),
    }
}
