//! Which messages of a stream that is not buffered were compressed.

use std::sync::{Mutex, PoisonError};

/// What is known of the messages that the handler has been given last. A stream has no end to keep this for, so what was
/// known of those before is forgotten.
#[derive(Debug, Default)]
pub(super) struct Arriving(Mutex<Chunk>);

#[derive(Debug, Default)]
struct Chunk {
    /// The index of its first message in the stream.
    first: usize,
    /// Which of them were compressed, up to the last that was.
    compressed: Vec<bool>,
}

impl Arriving {
    /// The handler is given further messages.
    pub(super) fn set(&self, first: usize, compressed: Vec<bool>) {
        let mut chunk = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *chunk = Chunk { first, compressed };
    }

    pub(super) fn was_compressed(&self, index: usize) -> bool {
        let chunk = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = index.checked_sub(chunk.first);
        place.and_then(|place| chunk.compressed.get(place)) == Some(&true)
    }
}
