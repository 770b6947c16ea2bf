//! What the decoded messages of one request take on the heap, against `max_decoded_bytes`.

use crate::footprint::{Bound, MessagesOf, Refused};

/// What a request may take by the bounds of its messages alone, which may be far more than they take in fact. Beyond it
/// their bytes are read first.
const UNREAD: usize = 16 << 10;

/// The bytes of a message that is large: shorter ones are decoded within a millisecond or two.
pub(super) const LARGE: usize = 1 << 20;

/// Those of a message of texts and bytes, which are only copied.
const LARGE_TEXT: usize = 16 << 20;

/// Adds up what messages take before they are decoded.
pub(super) struct Decoded {
    messages: MessagesOf,
    limit: usize,
    /// The limit holds for each message, not for all together.
    each: bool,
    /// The fixed size of a message, which is not on its own heap but in the list.
    value: usize,
    /// What a message takes at most: so much for each byte, and so much in any case.
    per_byte: u64,
    fixed: u64,
    /// The bytes of a message that is large.
    large: usize,
    /// What could be decoded without reading the bytes, and what is left of it.
    granted: u64,
    free: u64,
    /// What the messages take that are here and were read, their fixed size included.
    read: usize,
    /// What all took before them, those included that were taken out.
    total: usize,
}

impl Decoded {
    /// For messages that are collected the limit holds for all of them together; for those that are handed on as they
    /// arrive it holds for `each`.
    pub(super) fn new(messages: MessagesOf, limit: usize, value: usize, each: bool) -> Self {
        let Bound {
            per_byte,
            fixed,
            is_close,
            ..
        } = messages.bound();
        let granted = if is_close { limit } else { limit.min(UNREAD) };
        Self {
            messages,
            limit,
            each,
            value,
            per_byte: per_byte as u64,
            fixed: fixed.saturating_add(value) as u64,
            large: if is_close { LARGE_TEXT } else { LARGE },
            granted: granted as u64,
            free: granted as u64,
            read: 0,
            total: 0,
        }
    }

    /// What the messages that were not read take at most.
    fn unread(&self) -> usize {
        usize::try_from(self.granted - self.free).unwrap_or(usize::MAX)
    }

    /// What the messages that are here take, their fixed size included.
    fn held(&self) -> usize {
        self.read.saturating_add(self.unread())
    }

    /// What the messages that are here take on the heap, without their fixed size.
    pub(super) fn heap(&self, messages: usize) -> usize {
        let fixed = messages.saturating_mul(self.value);
        self.held().saturating_sub(fixed)
    }

    /// What all messages took, those included that were taken out.
    pub(super) fn total(&self) -> usize {
        self.total.saturating_add(self.held())
    }

    /// The messages have been taken out.
    pub(super) fn take(&mut self) {
        self.total = self.total();
        self.read = 0;
        self.free = self.granted;
    }

    /// Adds a message of `len` bytes if its bound is all that has to be known of it.
    #[inline]
    pub(super) fn add_unread(&mut self, len: usize) -> bool {
        // What is not large is too small for an overflow.
        if self.is_large(len) {
            return false;
        }
        let bound = (len as u64)
            .wrapping_mul(self.per_byte)
            .wrapping_add(self.fixed);
        let fits = bound <= self.free;
        if fits {
            self.free -= bound;
        }
        fits
    }

    /// What the next message may take.
    pub(super) fn room(&self) -> Room {
        let held = if self.each { 0 } else { self.held() };
        Room {
            messages: self.messages.clone(),
            limit: self.limit,
            before: held.saturating_add(self.value),
        }
    }

    /// Adds a message that takes `heap` bytes beside its fixed size.
    pub(super) fn add(&mut self, heap: usize) {
        let more = heap.saturating_add(self.value);
        self.read = self.read.saturating_add(more);
        if self.each {
            return;
        }
        // What was granted to others is not there any more.
        let left = self.limit.saturating_sub(self.held()) as u64;
        let taken_back = self.free.saturating_sub(left);
        self.granted -= taken_back;
        self.free -= taken_back;
    }

    /// Whether a message of `len` bytes takes long to decode.
    pub(super) fn is_large(&self, len: usize) -> bool {
        len >= self.large
    }
}

/// What one message may take, and where it is known from.
pub(super) struct Room {
    messages: MessagesOf,
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
            Some(most) => self.messages.measure(bytes, most),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::footprint::{Field, Layout, LayoutOf};

    /// A message with a text and, if `list`, a list of them.
    fn layout(list: bool) -> MessagesOf {
        static TEXT: Layout = Layout::new(&[Field::text(1)], &[]);
        static LIST: Layout = Layout::new(&[Field::text(1), Field::text(2).list(24)], &[]);
        let layout: LayoutOf = if list { || &LIST } else { || &TEXT };
        MessagesOf::Rust(layout)
    }

    /// A text of 998 bytes, which takes 1008.
    fn message() -> Vec<u8> {
        [&[10, 0xe6, 0x07][..], &[b'a'; 998]].concat()
    }

    fn take(decoded: &mut Decoded) -> Result<(), Refused> {
        let message = message();
        if !decoded.add_unread(message.len()) {
            let heap = decoded.room().measure(&message)?;
            decoded.add(heap);
        }
        Ok(())
    }

    #[test]
    fn the_limit_holds_for_all_messages_of_a_buffered_stream() {
        // With 16 bytes for the value of each.
        for list in [false, true] {
            let mut decoded = Decoded::new(layout(list), 2047, 16, false);
            take(&mut decoded).unwrap();
            assert!(decoded.heap(1) >= 1008, "{}", decoded.heap(1));
            assert!(take(&mut decoded).is_err());
            let mut decoded = Decoded::new(layout(list), 2100, 16, false);
            take(&mut decoded).unwrap();
            take(&mut decoded).unwrap();
            assert!(take(&mut decoded).is_err());
        }
        let mut decoded = Decoded::new(layout(true), 2047, 16, false);
        decoded.add(1008);
        let at_least = 2 * (1008 + 16);
        assert_eq!(take(&mut decoded), Err(Refused::TooLarge { at_least }));
    }

    #[test]
    fn it_holds_for_each_message_of_a_stream_that_is_not_buffered() {
        for list in [false, true] {
            let mut decoded = Decoded::new(layout(list), 1100, 16, true);
            for messages in 1..5 {
                take(&mut decoded).unwrap();
                assert!(decoded.heap(messages) >= messages * 1008);
            }
            let total = decoded.total();
            decoded.take();
            assert_eq!((decoded.heap(0), decoded.total()), (0, total));
            assert!(take(&mut Decoded::new(layout(list), 1000, 16, true)).is_err());
        }
    }

    #[test]
    fn most_messages_need_not_be_read() {
        let mut texts = Decoded::new(layout(false), 1 << 20, 16, false);
        assert!((0..900).all(|_| texts.add_unread(message().len())));
        // One byte of it may take 60.
        let mut lists = Decoded::new(layout(true), 1 << 20, 16, false);
        assert!(lists.add_unread(100));
        assert!(!lists.add_unread(1000));
        assert!(!lists.add_unread(LARGE));
    }

    #[test]
    fn what_was_granted_unread_is_within_the_limit() {
        let mut decoded = Decoded::new(layout(true), 20_000, 0, false);
        decoded.add(19_990);
        assert!(!decoded.add_unread(1));
        decoded.add(0);
        assert!(decoded.add_unread(0));
        assert!(decoded.room().measure(&message()).is_err());
    }
}
