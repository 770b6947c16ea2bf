//! What the decoded messages of one request take on the heap, against `max_decoded_bytes`.

use crate::footprint::{Bound, LayoutOf, Refused, bound, measure};

/// What a request may take by the bounds of its messages alone, which may be far more than they take in fact. Beyond it
/// their bytes are read first.
const UNREAD: usize = 16 << 10;

/// Messages that take a millisecond or two are decoded at once.
pub(super) const LARGE: usize = 1 << 20;

/// Where they are texts and bytes, there is nothing to do but to copy them.
const LARGE_TEXT: usize = 16 << 20;

/// Adds up what messages take before they are decoded.
pub(super) struct Decoded {
    layout: LayoutOf,
    bound: Bound,
    limit: usize,
    /// The limit holds for each message, not for all together.
    each: bool,
    /// The fixed size of a message, which is not on its own heap but in the list.
    value: usize,
    /// The bytes from which on a message is large.
    large: usize,
    /// What may be decoded without reading the bytes.
    free: usize,
    /// What the messages that are here take, their fixed size included.
    held: usize,
    /// What all of them took, those that were taken out included.
    total: usize,
}

impl Decoded {
    /// For messages that are collected: the limit holds for all of them together.
    pub(super) fn of_all(layout: LayoutOf, limit: usize, value: usize) -> Self {
        Self::new(layout, limit, value, false)
    }

    /// For messages that are handed on as they arrive: it holds for each.
    pub(super) fn of_each(layout: LayoutOf, limit: usize, value: usize) -> Self {
        Self::new(layout, limit, value, true)
    }

    fn new(layout: LayoutOf, limit: usize, value: usize, each: bool) -> Self {
        let bound = bound(layout());
        let mut decoded = Self {
            layout,
            limit,
            each,
            value,
            large: if bound.is_close() { LARGE_TEXT } else { LARGE },
            bound,
            free: 0,
            held: 0,
            total: 0,
        };
        decoded.take();
        decoded
    }

    /// What the messages that are here take on the heap, without their fixed size.
    pub(super) fn heap(&self, messages: usize) -> usize {
        self.held
            .saturating_sub(messages.saturating_mul(self.value))
    }

    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// The messages have been taken out.
    pub(super) fn take(&mut self) {
        self.held = 0;
        self.free = if self.bound.is_close() {
            self.limit
        } else {
            self.limit.min(UNREAD)
        };
    }

    /// Adds a message of `len` bytes if its bound is all that has to be known of it.
    #[inline]
    pub(super) fn add_unread(&mut self, len: usize) -> bool {
        let bound = self.bound.of(len).saturating_add(self.value);
        let Some(free) = self.free.checked_sub(bound) else {
            return false;
        };
        self.free = free;
        self.held += bound;
        self.total = self.total.saturating_add(bound);
        true
    }

    /// What the next message may take.
    pub(super) fn room(&self) -> Room {
        let held = if self.each { 0 } else { self.held };
        Room {
            layout: self.layout,
            limit: self.limit,
            before: held.saturating_add(self.value),
        }
    }

    /// Adds a message that takes `heap` bytes beside its fixed size.
    pub(super) fn add(&mut self, heap: usize) {
        let more = heap.saturating_add(self.value);
        self.held = self.held.saturating_add(more);
        self.total = self.total.saturating_add(more);
        self.free = self.free.min(self.limit.saturating_sub(self.held));
    }

    /// Whether a message of `len` bytes takes long to decode.
    #[inline]
    pub(super) fn is_large(&self, len: usize) -> bool {
        len >= self.large
    }
}

/// What one message may take, and where it is known from.
#[derive(Clone, Copy)]
pub(super) struct Room {
    layout: LayoutOf,
    limit: usize,
    /// What those before it take, and its own fixed size.
    before: usize,
}

impl Room {
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// What a message takes beside its fixed size, if there is room for it.
    #[inline(never)]
    pub(super) fn measure(&self, bytes: &[u8]) -> Result<usize, Refused> {
        let most = self.limit.checked_sub(self.before);
        let measured = match most {
            Some(most) => measure((self.layout)(), bytes, most),
            None => Err(Refused::TooLarge { at_least: 0 }),
        };
        measured.map_err(|refused| match refused {
            Refused::TooLarge { at_least } => Refused::TooLarge {
                at_least: at_least.saturating_add(self.before),
            },
            malformed @ Refused::Malformed(_) => malformed,
        })
    }
}
