//! What has been added up of a message.

/// Why a message must not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It takes as many bytes on the heap, or more.
    TooLarge { at_least: usize },
    /// It is no protobuf message.
    Malformed(&'static str),
}

/// What has been added up, and the most that it may be.
pub(super) struct Tally {
    heap: usize,
    most: usize,
}

impl Tally {
    pub(super) fn new(most: usize) -> Self {
        Self { heap: 0, most }
    }

    #[inline]
    pub(super) fn add(&mut self, bytes: usize) -> Result<(), Refused> {
        self.heap = self.heap.saturating_add(bytes);
        if self.heap > self.most {
            return Err(Refused::TooLarge {
                at_least: self.heap,
            });
        }
        Ok(())
    }

    pub(super) fn heap(&self) -> usize {
        self.heap
    }
}
