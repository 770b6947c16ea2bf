//! Parts of chunks that outlive them.

use std::ops::Range;

use bytes::{Bytes, BytesMut};

/// Parts of a chunk below this size are copied. h2 hands out views of its read buffer: many small views would keep
/// many whole buffers alive.
const COPY_BELOW: usize = 4096;

/// The most that one allocation holds.
const BLOCK: usize = 16 * 1024;

/// Keeps parts of chunks: large chunks are shared, parts of small ones are copied side by side, so that
/// many small messages take few allocations.
#[derive(Debug, Default)]
pub(crate) struct Keeper {
    /// Copies parts of large chunks as well.
    copies: bool,
    block: BytesMut,
    /// Blocks grow with what is kept, so that one small message does not take a large one.
    next_block: usize,
}

impl Keeper {
    /// For a call whose messages may be compressed: a slice would keep the compressed bytes beside it alive, which no
    /// limit counts.
    pub(crate) fn copying() -> Self {
        Self {
            copies: true,
            ..Self::default()
        }
    }

    /// A part of `chunk` that may outlive it.
    #[inline]
    pub(super) fn keep(&mut self, chunk: &Bytes, part: Range<usize>) -> Bytes {
        if self.copies || chunk.len() < COPY_BELOW {
            self.copy(&chunk[part])
        } else {
            chunk.slice(part)
        }
    }

    fn copy(&mut self, part: &[u8]) -> Bytes {
        if part.len() > self.block.capacity() {
            if self.next_block <= part.len() {
                self.next_block = (2 * part.len()).min(BLOCK);
                return Bytes::copy_from_slice(part);
            }
            self.block = BytesMut::with_capacity(self.next_block);
            self.next_block = (2 * self.next_block).min(BLOCK);
        }
        self.block.extend_from_slice(part);
        self.block.split().freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_large_chunk_are_slices_of_it() {
        let chunk = Bytes::from(vec![7; COPY_BELOW]);
        let kept = Keeper::default().keep(&chunk, 10..20);
        assert_eq!(kept.as_ptr(), chunk[10..].as_ptr());
    }

    #[test]
    fn where_messages_may_be_compressed_no_chunk_is_kept() {
        let chunk = Bytes::from(vec![7; 2 * COPY_BELOW]);
        let mut keeper = Keeper::copying();
        let kept = [keeper.keep(&chunk, 0..10), keeper.keep(&chunk, 10..7000)];
        assert_eq!(kept.concat(), chunk[..7000]);
        assert!(chunk.is_unique());
    }

    #[test]
    fn parts_of_small_chunks_lie_side_by_side() {
        let mut keeper = Keeper::default();
        let chunks: Vec<Bytes> = (0..2000_u32)
            .map(|index| Bytes::from(index.to_be_bytes().to_vec()))
            .collect();
        let kept: Vec<Bytes> = chunks
            .iter()
            .map(|chunk| keeper.keep(chunk, 0..chunk.len()))
            .collect();
        assert_eq!(kept, chunks);
        let apart = kept
            .windows(2)
            .filter(|pair| pair[0].as_ptr_range().end != pair[1].as_ptr());
        // 8,000 bytes in blocks of 8, 16, 32, …
        assert!(apart.count() < 16);
    }

    #[test]
    fn what_is_as_large_as_a_block_has_an_allocation_of_its_own() {
        let mut keeper = Keeper::default();
        for len in [1, COPY_BELOW - 1, 2, COPY_BELOW - 1, 0] {
            let chunk = Bytes::from(vec![9; len]);
            assert_eq!(keeper.keep(&chunk, 0..len), chunk);
        }
    }
}
