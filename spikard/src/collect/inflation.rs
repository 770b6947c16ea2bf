//! The decompression of one message within its limit.

use crate::Status;
use crate::stats::Limit;
use crate::wire::{Codec, DecompressError};

use super::violation;

/// How one message is to be decompressed.
#[derive(Clone, Copy)]
pub(super) struct Inflation {
    pub(super) codec: Codec,
    /// The index of the message.
    pub(super) index: usize,
    /// The bytes that it may have, and the limit behind that with its value.
    pub(super) limit: (usize, Limit, usize),
}

impl Inflation {
    pub(super) fn run(&self, message: &[u8]) -> Result<Vec<u8>, Status> {
        let (limit, name, value) = self.limit;
        self.up_to(limit, message)?
            .ok_or_else(|| violation::decompressed_too_large(self.index, name, value))
    }

    /// `None` if it has more than `most` bytes, and its limit is larger.
    pub(super) fn at_most(&self, most: usize, message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
        if self.limit.0 <= most {
            return self.run(message).map(Some);
        }
        self.up_to(most, message)
    }

    fn up_to(&self, limit: usize, message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
        match self.codec.decompress(message, limit) {
            Ok(message) => Ok(Some(message)),
            Err(DecompressError::TooLarge) => Ok(None),
            Err(DecompressError::Corrupt(error)) => {
                Err(violation::corrupt(self.index, self.codec.name(), &error))
            }
        }
    }
}
