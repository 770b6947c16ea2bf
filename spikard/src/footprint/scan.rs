//! Reads the bytes of a message, and adds up what prost allocates when it decodes them.

use super::cost;
use super::cursor::{Cursor, Wire, deeper, ended};
use super::generic;
use super::layout::{Content, Field, Layout, LayoutOf, Place};
use super::table::Table;
use super::tally::{Refused, Tally};
use super::worst::bound;

/// The bytes that the message takes on the heap once it is decoded, without the fixed size of its own value. While a list
/// or a map grows, what it had before takes at most half of what it has then, in addition.
///
/// # Errors
///
/// It takes more than `most`, or it cannot be decoded. What prost would make of malformed bytes is not known, so it must
/// not see them.
pub(crate) fn measure(
    layout: &'static Layout,
    bytes: &[u8],
    most: usize,
) -> Result<usize, Refused> {
    let bound = bound(layout);
    let mut tally = Tally::new(most);
    let kept = if bound.keeps_bytes { bytes.len() } else { 0 };
    let read = tally
        .add(kept)
        .and_then(|()| message(&mut tally, layout, &mut Cursor::new(bytes), None, 0));
    let bound = bound.of(bytes.len());
    match read {
        Ok(()) => Ok(tally.heap().min(bound)),
        Err(Refused::TooLarge { .. }) if bound <= most => Ok(bound),
        Err(refused) => Err(refused),
    }
}

/// What a message of these bytes takes on the heap; `None` for bytes that are no message.
pub fn heap_of(layout: LayoutOf, bytes: &[u8]) -> Option<usize> {
    measure(layout(), bytes, usize::MAX).ok()
}

/// The fields of a message, or of the group with the tag `group`.
fn message(
    tally: &mut Tally,
    layout: &'static Layout,
    cursor: &mut Cursor<'_>,
    group: Option<u32>,
    depth: usize,
) -> Result<(), Refused> {
    match layout.table() {
        Some(table) => known(tally, table, cursor, group, depth),
        None => generic::message(tally, cursor, group, depth),
    }
}

fn known(
    tally: &mut Tally,
    table: &Table<Field>,
    cursor: &mut Cursor<'_>,
    group: Option<u32>,
    depth: usize,
) -> Result<(), Refused> {
    let before = tally.heap();
    let mut merged = false;
    // How often each field was there.
    let (mut few, mut many) = ([0; 16], Vec::new());
    let counts = match few.get_mut(..table.len()) {
        Some(counts) => counts,
        None => {
            many.resize(table.len(), 0);
            &mut many[..]
        }
    };
    while group.is_some() || !cursor.is_empty() {
        let (tag, wire) = cursor.key()?;
        if let (Some(group), Wire::GroupEnd) = (group, wire) {
            ended(group, tag)?;
            break;
        }
        let Some((index, field)) = table.find(tag) else {
            cursor.skip(tag, wire, depth)?;
            continue;
        };
        let had: usize = counts[index];
        let mut more = 1;
        match (field.content, wire) {
            (Content::Message(layout), Wire::Delimited) => {
                delimited(tally, layout(), cursor.delimited()?, depth)?;
            }
            (Content::Message(layout), Wire::GroupStart) => {
                message(tally, layout(), cursor, Some(tag), deeper(depth)?)?;
            }
            (Content::Text, Wire::Delimited) => {
                tally.add(cost::text(cursor.delimited()?.len()))?;
            }
            (Content::Slice, Wire::Delimited) => {
                tally.add(cost::slice(cursor.delimited()?.len()))?;
            }
            (Content::Number(width), Wire::Delimited) => {
                more = width.packed_in(cursor.delimited()?);
            }
            _ => cursor.skip(tag, wire, depth)?,
        }
        counts[index] = had.saturating_add(more);
        if let Place::Inline = field.place {
            merged |= had > 0 && matches!(field.content, Content::Message(_));
        } else {
            let takes = |len| field.place.takes(len);
            tally.add(takes(counts[index]) - takes(had))?;
        }
        tally.add(cost::block(field.boxed))?;
    }
    // The lists of a message that comes twice are joined, and may double once more.
    if merged {
        tally.add(tally.heap() - before)?;
    }
    Ok(())
}

#[inline]
fn delimited(
    tally: &mut Tally,
    layout: &'static Layout,
    bytes: &[u8],
    depth: usize,
) -> Result<(), Refused> {
    let depth = deeper(depth)?;
    if bytes.is_empty() {
        return Ok(());
    }
    message(tally, layout, &mut Cursor::new(bytes), None, depth)
}
