//! Protobuf messages of classes without a descriptor: each field is the most that it can be, as an object of Python.

use crate::footprint::cursor::{Cursor, Wire, deeper, ended};
use crate::footprint::tally::{Refused, Tally};

/// What a message takes: an object with some fifty fields, or with a dozen lists. betterproto2's of 20 fields take 340,
/// those with 9 lists and maps among 14 fields 870.
pub(super) const MESSAGE: usize = 1024;

/// A number, and its place in a list.
const NUMBER: usize = 64;

/// A text beside its bytes, its place in a list included.
const TEXT: usize = 96;

/// The bytes of a packed number of one byte: those over 256 are objects of their own, and have two bytes at least.
const PACKED: usize = 24;

/// What a byte takes of a class whose bytes are no protobuf: about as much as small objects do.
pub(super) const NO_PROTOBUF: usize = 16;

/// A list.
const LIST: usize = 128;

pub(super) fn message(tally: &mut Tally, bytes: &[u8]) -> Result<(), Refused> {
    fields(tally, &mut Cursor::new(bytes), None, 0)
}

fn fields(
    tally: &mut Tally,
    cursor: &mut Cursor<'_>,
    group: Option<u32>,
    depth: usize,
) -> Result<(), Refused> {
    while group.is_some() || !cursor.is_empty() {
        let (tag, wire) = cursor.key()?;
        match (wire, group) {
            (Wire::GroupEnd, Some(group)) => {
                ended(group, tag)?;
                break;
            }
            (Wire::Delimited, _) => delimited(tally, cursor.delimited()?, depth)?,
            (Wire::GroupStart, _) => {
                tally.add(MESSAGE)?;
                fields(tally, cursor, Some(tag), deeper(depth)?)?;
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
pub(super) fn delimited(tally: &mut Tally, bytes: &[u8], depth: usize) -> Result<(), Refused> {
    let len = bytes.len();
    // One character beyond the Basic Multilingual Plane makes each of a `str` take four bytes.
    let width = if bytes.is_ascii() { 1 } else { 4 };
    let text = len.saturating_mul(width).saturating_add(TEXT);
    let numbers = len.saturating_mul(PACKED).saturating_add(LIST);
    let before = tally.heap();
    let read = match deeper(depth) {
        Ok(depth) => fields(tally, &mut Cursor::new(bytes), None, depth),
        Err(refused) => Err(refused),
    };
    match read {
        Ok(()) => tally.add(MESSAGE)?,
        Err(refused @ Refused::TooLarge { .. }) => return Err(refused),
        // No message. What was counted as one stays counted: a library may have begun to decode it.
        Err(Refused::Malformed(_)) => {}
    }
    let counted = tally.heap() - before;
    tally.add(text.max(numbers).saturating_sub(counted))
}
