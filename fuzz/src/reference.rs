//! gRPC's frames, read the slow and plain way.

use std::io::{Read, Write};

use arbitrary::Arbitrary;
use flate2::Compression;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};

use crate::{MAX_MESSAGE_BYTES, MAX_MESSAGES, MAX_STREAM_BYTES};

/// `grpc-encoding`.
#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
pub enum Encoding {
    /// No header.
    Unnamed,
    /// `identity`
    Identity,
    /// `gzip`
    Gzip,
    /// `deflate`
    Deflate,
    /// `zstd`
    Zstd,
}

impl Encoding {
    /// Its value in the header.
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Unnamed => return None,
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Zstd => "zstd",
        })
    }

    /// Compresses a message; `None` where nothing may be compressed.
    pub fn compress(self, message: &[u8]) -> Option<Vec<u8>> {
        Some(match self {
            Self::Unnamed | Self::Identity => return None,
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(message).unwrap();
                encoder.finish().unwrap()
            }
            Self::Deflate => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(message).unwrap();
                encoder.finish().unwrap()
            }
            Self::Zstd => zstd::bulk::compress(message, 1).unwrap(),
        })
    }

    fn decompress(self, message: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let most = MAX_MESSAGE_BYTES as u64 + 1;
        match self {
            Self::Unnamed | Self::Identity => return None,
            Self::Gzip => MultiGzDecoder::new(message)
                .take(most)
                .read_to_end(&mut out),
            Self::Deflate => ZlibDecoder::new(message).take(most).read_to_end(&mut out),
            Self::Zstd => zstd::Decoder::new(message)
                .ok()?
                .take(most)
                .read_to_end(&mut out),
        }
        .ok()?;
        Some(out)
    }
}

/// One message with its prefix.
pub fn framed(compressed: bool, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap();
    let mut frame = vec![u8::from(compressed)];
    frame.extend(length.to_be_bytes());
    frame.extend(message);
    frame
}

/// The messages of a whole request; `None` for one that must be refused.
pub fn messages(mut body: &[u8], encoding: Encoding) -> Option<Vec<Vec<u8>>> {
    let (mut messages, mut bytes) = (Vec::new(), 0);
    while !body.is_empty() {
        let (prefix, rest) = body.split_at_checked(5)?;
        let length = u32::from_be_bytes(prefix[1..].try_into().unwrap());
        let (message, rest) = rest.split_at_checked(length as usize)?;
        let message = match prefix[0] {
            0 => message.to_vec(),
            1 => {
                bytes += message.len().saturating_sub(MAX_STREAM_BYTES);
                encoding.decompress(message)?
            }
            _ => return None,
        };
        bytes += message.len();
        messages.push(message);
        let last = messages.last().map_or(0, Vec::len);
        if messages.len() > MAX_MESSAGES || last > MAX_MESSAGE_BYTES || bytes > MAX_STREAM_BYTES {
            return None;
        }
        body = rest;
    }
    Some(messages)
}
