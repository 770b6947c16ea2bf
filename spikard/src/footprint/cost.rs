//! What allocations take: the growth of the collections that prost fills.

use super::layout::Place;

/// What the allocator takes for a block: glibc has 8 bytes before it, and rounds up to 16, with 32 at least.
pub(super) const fn block(bytes: usize) -> usize {
    if bytes == 0 {
        return 0;
    }
    let taken = bytes.saturating_add(8 + 15) & !15;
    if taken < 32 { 32 } else { taken }
}

/// What a `String` or a `Vec<u8>` of this length takes.
pub(super) const fn text(len: usize) -> usize {
    match len {
        0 => 0,
        1..8 => block(8),
        _ => block(len),
    }
}

/// What `Bytes` of this length take beside the message, which is kept as a whole. Small ones are copied instead, side by
/// side into blocks that double.
pub(super) const fn slice(len: usize) -> usize {
    if len < 32 { len } else { 32 }
}

impl Place {
    /// What it takes with `len` values.
    pub(super) fn takes(self, len: usize) -> usize {
        if len == 0 {
            return 0;
        }
        match self {
            Self::Inline => 0,
            Self::List(size) => list(len, size),
            Self::HashMap(size) => hash_map(len, size),
            Self::BTreeMap(size) => btree_map(len, size),
        }
    }
}

/// A `Vec` doubles when it is full; at first it has room for a few elements.
fn list(len: usize, size: usize) -> usize {
    let capacity = len.next_power_of_two().max(first_capacity(size));
    block(capacity.saturating_mul(size))
}

pub(super) const fn first_capacity(size: usize) -> usize {
    match size {
        0..=1 => 8,
        2..=1024 => 4,
        _ => 1,
    }
}

/// hashbrown's table: a power of two of buckets, of which an eighth is free, a byte for each, and a group of 16 bytes
/// more.
fn hash_map(len: usize, size: usize) -> usize {
    let least = match size {
        0..=1 => 14,
        2..=3 => 7,
        _ => 3,
    };
    let buckets = match len.max(least) {
        0..4 => 4,
        4..8 => 8,
        8..15 => 16,
        len => (len.saturating_mul(8) / 7).next_power_of_two(),
    };
    block(
        buckets
            .saturating_mul(size)
            .saturating_add(buckets + 16 + 15),
    )
}

/// Nodes with room for 11 pairs. At least 5 are used in all but the root, and one more in the node above; inner nodes have
/// 12 pointers as well.
fn btree_map(len: usize, size: usize) -> usize {
    let leaf = size.saturating_mul(11).saturating_add(16);
    let leaves = len / 6 + 1;
    let inner = match len {
        0..12 => 0,
        _ => leaves / 6 + leaves / 30 + 1,
    };
    let inner = inner.saturating_mul(block(leaf.saturating_add(96)));
    leaves.saturating_mul(block(leaf)).saturating_add(inner)
}
