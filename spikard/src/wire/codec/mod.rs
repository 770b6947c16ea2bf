//! The codecs that messages are compressed with, each message on its own.

mod compress;
mod decompress;

pub(crate) use decompress::DecompressError;

use crate::Compression;

/// A compression that this build has the code of. Messages without one are plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    #[cfg(feature = "gzip")]
    Gzip,
    #[cfg(feature = "gzip")]
    Deflate,
    #[cfg(feature = "zstd")]
    Zstd,
}

impl Codec {
    /// `None` for `Identity`, and for what this build has no code of.
    pub(crate) fn of(compression: Compression) -> Option<Self> {
        match compression {
            #[cfg(feature = "gzip")]
            Compression::Gzip => Some(Self::Gzip),
            #[cfg(feature = "gzip")]
            Compression::Deflate => Some(Self::Deflate),
            #[cfg(feature = "zstd")]
            Compression::Zstd => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The name in `grpc-encoding`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "gzip")]
            Self::Gzip => Compression::Gzip.name(),
            #[cfg(feature = "gzip")]
            Self::Deflate => Compression::Deflate.name(),
            #[cfg(feature = "zstd")]
            Self::Zstd => Compression::Zstd.name(),
        }
    }
}
