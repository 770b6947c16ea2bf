//! Decompression of one message, cut off at its limit.

use std::io::{self, Read};

use super::Compression;

/// Why a message could not be decompressed.
#[derive(Debug)]
pub(crate) enum InflateError {
    /// It has more bytes than the limit; how many more was not found out.
    TooLarge,
    /// It is not what its encoding says.
    Corrupt(io::Error),
}

/// Decompresses a message of at most `limit` bytes. What lies behind the limit is never produced, so that a
/// small message that stands for a huge one costs no more than an honest one.
pub(crate) fn inflate(
    compression: Compression,
    message: &[u8],
    limit: usize,
) -> Result<Vec<u8>, InflateError> {
    match compression {
        #[cfg(feature = "gzip")]
        Compression::Gzip => read(flate2::bufread::MultiGzDecoder::new(message), limit),
        #[cfg(feature = "gzip")]
        Compression::Deflate => {
            let mut decoder = flate2::bufread::ZlibDecoder::new(message);
            let inflated = read(&mut decoder, limit)?;
            match decoder.into_inner() {
                [] => Ok(inflated),
                rest => Err(InflateError::Corrupt(trailing(rest.len()))),
            }
        }
        #[cfg(feature = "zstd")]
        Compression::Zstd => read(zstd_decoder(message).map_err(InflateError::Corrupt)?, limit),
        _ => read(message, limit),
    }
}

/// What is behind the end of a message was meant to be part of it: to leave it out would lose it unseen.
#[cfg(feature = "gzip")]
fn trailing(bytes: usize) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("{bytes} bytes follow its end"),
    )
}

#[cfg(feature = "zstd")]
fn zstd_decoder(message: &[u8]) -> io::Result<impl Read> {
    // 8 MiB, which RFC 8878 (3.1.1.1.2) asks of every decoder: a frame may demand a window of 128 MiB
    // before it has given a byte.
    const WINDOW_LOG_MAX: u32 = 23;
    let mut decoder = zstd::stream::read::Decoder::with_buffer(message)?;
    decoder.window_log_max(WINDOW_LOG_MAX)?;
    Ok(decoder)
}

fn read(decoder: impl Read, limit: usize) -> Result<Vec<u8>, InflateError> {
    let mut message = Vec::new();
    let stop = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder
        .take(stop)
        .read_to_end(&mut message)
        .map_err(InflateError::Corrupt)?;
    if message.len() > limit {
        return Err(InflateError::TooLarge);
    }
    // It grew by doubling, and what is kept is charged by its length.
    message.shrink_to_fit();
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compression::deflate;

    #[test]
    fn what_was_deflated_comes_back() {
        let message = b"one message, one message, one message".repeat(100);
        for compression in Compression::ALL
            .into_iter()
            .filter(|one| one.is_supported())
        {
            let wire = deflate(compression, &message).unwrap();
            let back = inflate(compression, &wire, message.len()).unwrap();
            assert_eq!(back, message, "{compression:?}");
            let refused = inflate(compression, &wire, message.len() - 1);
            assert!(
                matches!(refused, Err(InflateError::TooLarge)),
                "{compression:?}"
            );
        }
    }

    #[test]
    fn rubbish_and_truncated_messages_are_corrupt() {
        for compression in Compression::ALL
            .into_iter()
            .skip(1)
            .filter(|one| one.is_supported())
        {
            let rubbish = inflate(compression, b"certainly not compressed", 1000);
            assert!(
                matches!(rubbish, Err(InflateError::Corrupt(_))),
                "{compression:?}"
            );
            let whole = deflate(compression, &[7; 5000]).unwrap();
            let half = inflate(compression, &whole[..whole.len() / 2], 5000);
            assert!(
                matches!(half, Err(InflateError::Corrupt(_))),
                "{compression:?}"
            );
        }
    }

    #[cfg(feature = "gzip")]
    #[test]
    fn nothing_behind_the_end_is_lost_unseen() {
        let (first, second) = (vec![1; 3000], vec![2; 3000]);
        let two = |compression| {
            let halves = [&first, &second].map(|half| deflate(compression, half).unwrap());
            halves.concat()
        };
        // A gzip file is any number of members, one after the other (RFC 1952, 2.2).
        let both = inflate(Compression::Gzip, &two(Compression::Gzip), 6000).unwrap();
        assert_eq!(both, [first.clone(), second.clone()].concat());
        let refused = inflate(Compression::Gzip, &two(Compression::Gzip), 5999);
        assert!(matches!(refused, Err(InflateError::TooLarge)));
        for (compression, wire) in [
            (Compression::Deflate, two(Compression::Deflate)),
            (
                Compression::Gzip,
                [deflate(Compression::Gzip, &first).unwrap(), vec![7; 20]].concat(),
            ),
        ] {
            let refused = inflate(compression, &wire, 6000);
            assert!(
                matches!(refused, Err(InflateError::Corrupt(_))),
                "{compression:?}"
            );
        }
    }
}
