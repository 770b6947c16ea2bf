//! Messages of which nothing is known but their bytes: each field is the most that it can be.

use super::cost;
use super::cursor::{Cursor, Wire, deeper, ended};
use super::tally::{Refused, Tally};

/// The values of lists and the pairs of maps are taken to have this size. Twice as much is charged for each, which is what
/// a list that has just grown takes, and a map of pairs of 112 bytes.
const VALUE: usize = 128;

/// What the first value of a list takes.
const FIRST: usize = 4 * VALUE;

/// What a number takes that is the first of a list; later ones take half.
const NUMBER: usize = cost::block(4 * size_of::<u64>());

/// The most that one byte takes: a value has two of them at least.
pub(super) const PER_BYTE: usize = (FIRST + NUMBER) / 2 + cost::block(1);

/// How many fields are told apart. Of the others, each value is taken for the first of a list.
const TOLD_APART: usize = 16;

pub(super) fn message(
    tally: &mut Tally,
    cursor: &mut Cursor<'_>,
    group: Option<u32>,
    depth: usize,
) -> Result<(), Refused> {
    let mut seen = Seen::default();
    while group.is_some() || !cursor.is_empty() {
        let (tag, wire) = cursor.key()?;
        match (wire, group) {
            (Wire::GroupEnd, Some(group)) => {
                ended(group, tag)?;
                break;
            }
            (Wire::Delimited, _) => {
                let bytes = cursor.delimited()?;
                delimited(tally, bytes, seen.value(tag), depth)?;
            }
            (Wire::GroupStart, _) => {
                tally.add(seen.value(tag))?;
                message(tally, cursor, Some(tag), deeper(depth)?)?;
            }
            _ => {
                cursor.skip(tag, wire, depth)?;
                tally.add(NUMBER)?;
            }
        }
    }
    Ok(())
}

/// Bytes with a length: text, packed numbers, or a message if they can be read as one.
fn delimited(tally: &mut Tally, bytes: &[u8], value: usize, depth: usize) -> Result<(), Refused> {
    let numbers = match bytes.len() {
        0 => 0,
        len => NUMBER.saturating_add(len.saturating_mul(2 * size_of::<u64>())),
    };
    let flat = numbers.max(cost::text(bytes.len()) + cost::slice(bytes.len()));
    let before = tally.heap();
    let read = match deeper(depth) {
        Ok(depth) => message(tally, &mut Cursor::new(bytes), None, depth),
        Err(refused) => Err(refused),
    };
    if let Err(refused @ Refused::TooLarge { .. }) = read {
        return Err(refused);
    }
    // Where they are no message, what was counted as one stays counted: prost could have begun to decode it.
    tally.add(value.max(flat.saturating_sub(tally.heap() - before)))
}

/// The tags that were there.
#[derive(Default)]
struct Seen {
    tags: [u32; TOLD_APART],
    len: usize,
}

impl Seen {
    /// What one more value of this field takes.
    fn value(&mut self, tag: u32) -> usize {
        if self.tags[..self.len].contains(&tag) {
            return 2 * VALUE;
        }
        if self.len < TOLD_APART {
            self.tags[self.len] = tag;
            self.len += 1;
        }
        FIRST
    }
}
