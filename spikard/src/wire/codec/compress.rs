//! Compression of one message.

use std::io;
#[cfg(feature = "gzip")]
use std::io::Write;

use super::Codec;

#[cfg_attr(
    not(any(feature = "gzip", feature = "zstd")),
    expect(
        unused_variables,
        reason = "a build without codecs has nothing to compress"
    )
)]
impl Codec {
    /// The message, compressed at the codec's own default level.
    pub(crate) fn compress(self, message: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            #[cfg(feature = "gzip")]
            Self::Gzip => {
                let mut encoder =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(message)?;
                encoder.finish()
            }
            #[cfg(feature = "gzip")]
            Self::Deflate => {
                let mut encoder =
                    flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(message)?;
                encoder.finish()
            }
            #[cfg(feature = "zstd")]
            Self::Zstd => zstd::stream::encode_all(message, zstd::DEFAULT_COMPRESSION_LEVEL),
        }
    }
}
