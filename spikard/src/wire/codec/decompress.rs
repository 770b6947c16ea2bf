//! Decompression of one message, cut off at its limit.

use std::io;
#[cfg(any(feature = "gzip", feature = "zstd"))]
use std::io::Read;

use super::Codec;

/// Why a message could not be decompressed.
#[cfg_attr(
    not(any(feature = "gzip", feature = "zstd")),
    expect(dead_code, reason = "a build without codecs has nothing to decompress")
)]
#[derive(Debug)]
pub(crate) enum DecompressError {
    /// It has more bytes than the limit, how many more is not known.
    TooLarge,
    /// It is not what its encoding says.
    Corrupt(io::Error),
}

#[cfg_attr(
    not(any(feature = "gzip", feature = "zstd")),
    expect(
        unused_variables,
        reason = "a build without codecs has nothing to decompress"
    )
)]
impl Codec {
    /// Decompresses a message of at most `limit` bytes. Nothing is produced beyond the limit: a decompression bomb
    /// costs no more than a message of that size.
    pub(crate) fn decompress(
        self,
        message: &[u8],
        limit: usize,
    ) -> Result<Vec<u8>, DecompressError> {
        match self {
            #[cfg(feature = "gzip")]
            Self::Gzip => read(flate2::bufread::MultiGzDecoder::new(message), limit),
            #[cfg(feature = "gzip")]
            Self::Deflate => {
                let mut decoder = flate2::bufread::ZlibDecoder::new(message);
                let decompressed = read(&mut decoder, limit)?;
                match decoder.into_inner() {
                    [] => Ok(decompressed),
                    rest => Err(DecompressError::Corrupt(trailing(rest.len()))),
                }
            }
            #[cfg(feature = "zstd")]
            Self::Zstd => read(
                zstd_decoder(message).map_err(DecompressError::Corrupt)?,
                limit,
            ),
        }
    }
}

/// Bytes after the end of the compressed data: to ignore them would lose a part of the message in silence.
#[cfg(feature = "gzip")]
fn trailing(bytes: usize) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("{bytes} bytes follow its end"),
    )
}

#[cfg(feature = "zstd")]
fn zstd_decoder(message: &[u8]) -> io::Result<impl Read> {
    // 8 MiB, which RFC 8878 (3.1.1.1.2) asks of every decoder. A frame may ask for a window of 128 MiB before its
    // first byte.
    const WINDOW_LOG_MAX: u32 = 23;
    let mut decoder = zstd::stream::read::Decoder::with_buffer(message)?;
    decoder.window_log_max(WINDOW_LOG_MAX)?;
    Ok(decoder)
}

#[cfg(any(feature = "gzip", feature = "zstd"))]
fn read(decoder: impl Read, limit: usize) -> Result<Vec<u8>, DecompressError> {
    let mut message = Vec::new();
    let stop = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder
        .take(stop)
        .read_to_end(&mut message)
        .map_err(DecompressError::Corrupt)?;
    if message.len() > limit {
        return Err(DecompressError::TooLarge);
    }
    // It grew by doubling; what is kept is charged by its length.
    message.shrink_to_fit();
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Compression;

    fn codecs() -> impl Iterator<Item = Codec> {
        Compression::ALL.into_iter().filter_map(Codec::of)
    }

    #[test]
    fn what_was_compressed_comes_back() {
        let message = b"one message, one message, one message".repeat(100);
        for codec in codecs() {
            let wire = codec.compress(&message).unwrap();
            let back = codec.decompress(&wire, message.len()).unwrap();
            assert_eq!(back, message, "{codec:?}");
            let refused = codec.decompress(&wire, message.len() - 1);
            assert!(
                matches!(refused, Err(DecompressError::TooLarge)),
                "{codec:?}"
            );
        }
    }

    #[test]
    fn rubbish_and_truncated_messages_are_corrupt() {
        for codec in codecs() {
            let rubbish = codec.decompress(b"certainly not compressed", 1000);
            assert!(
                matches!(rubbish, Err(DecompressError::Corrupt(_))),
                "{codec:?}"
            );
            let whole = codec.compress(&[7; 5000]).unwrap();
            let half = codec.decompress(&whole[..whole.len() / 2], 5000);
            assert!(
                matches!(half, Err(DecompressError::Corrupt(_))),
                "{codec:?}"
            );
        }
    }

    #[cfg(feature = "gzip")]
    #[test]
    fn nothing_behind_the_end_is_lost_unseen() {
        let (first, second) = (vec![1; 3000], vec![2; 3000]);
        let two = |codec: Codec| {
            let halves = [&first, &second].map(|half| codec.compress(half).unwrap());
            halves.concat()
        };
        // A gzip file is any number of members, one after the other (RFC 1952, 2.2).
        let both = Codec::Gzip.decompress(&two(Codec::Gzip), 6000).unwrap();
        assert_eq!(both, [first.clone(), second.clone()].concat());
        let refused = Codec::Gzip.decompress(&two(Codec::Gzip), 5999);
        assert!(matches!(refused, Err(DecompressError::TooLarge)));
        for (codec, wire) in [
            (Codec::Deflate, two(Codec::Deflate)),
            (
                Codec::Gzip,
                [Codec::Gzip.compress(&first).unwrap(), vec![7; 20]].concat(),
            ),
        ] {
            let refused = codec.decompress(&wire, 6000);
            assert!(
                matches!(refused, Err(DecompressError::Corrupt(_))),
                "{codec:?}"
            );
        }
    }
}
