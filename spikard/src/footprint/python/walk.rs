//! Reads the bytes of a message of which the descriptor is known, and adds up what its library allocates for it.

use crate::footprint::cursor::{Cursor, Wire, deeper, ended};
use crate::footprint::layout::NumberWidth;
use crate::footprint::tally::{Refused, Tally};

use super::costs::{Library, UnknownAt, WORST};
use super::reader::{Lenient, Reader};
use super::schema::{Content, Field, MessageType, Place, Schema};
use super::unknown;

/// Adds what a message takes beside its own value.
pub(super) fn message(
    tally: &mut Tally,
    library: Library,
    schema: &Schema,
    bytes: &[u8],
) -> Result<(), Refused> {
    let mut walk = Walk {
        tally,
        library,
        schema,
    };
    if library.is_lenient() {
        walk.nested(0, &mut Lenient::over(bytes), None, 0)
    } else {
        walk.nested(0, &mut Cursor::over(bytes), None, 0)
    }
}

struct Walk<'a> {
    tally: &'a mut Tally,
    library: Library,
    schema: &'a Schema,
}

impl Walk<'_> {
    /// The fields of the message with this index, or of the group with the tag `group`.
    fn nested<'a, R: Reader<'a>>(
        &mut self,
        index: usize,
        cursor: &mut R,
        group: Option<u32>,
        depth: usize,
    ) -> Result<(), Refused> {
        let schema = self.schema;
        match schema.get(index) {
            Some(of) => self.fields(of, cursor, group, depth),
            None => Err(Refused::Malformed("its type is not known")),
        }
    }

    fn fields<'a, R: Reader<'a>>(
        &mut self,
        of: &MessageType,
        cursor: &mut R,
        group: Option<u32>,
        depth: usize,
    ) -> Result<(), Refused> {
        let before = self.tally.heap();
        let mut merged = false;
        // What there was after the last field that is not known.
        let mut after_unknown = None;
        // How often each field was there.
        let (mut few, mut many) = ([0; 16], Vec::new());
        let counts = match few.get_mut(..of.fields.len()) {
            Some(counts) => counts,
            None => {
                many.resize(of.fields.len(), 0);
                &mut many[..]
            }
        };
        while group.is_some() || cursor.left() > 0 {
            let start = cursor.left();
            let (tag, wire) = cursor.key()?;
            if let (Some(group), Wire::GroupEnd) = (group, wire) {
                ended(group, tag)?;
                break;
            }
            let known = match of.fields.find(tag) {
                Some((index, field)) => self
                    .value(field, tag, wire, cursor, depth)?
                    .map(|more| (index, field, more)),
                None => None,
            };
            let Some((index, field, more)) = known else {
                self.unknown(of, (tag, wire), cursor, depth)?;
                let len = start - cursor.left();
                let place = match after_unknown {
                    None => UnknownAt::First,
                    Some(heap) if heap == self.tally.heap() => UnknownAt::Next,
                    Some(_) => UnknownAt::Later,
                };
                self.tally.add(self.library.unknown(len, place))?;
                after_unknown = Some(self.tally.heap());
                continue;
            };
            let had: usize = counts[index];
            counts[index] = had.saturating_add(more);
            let library = self.library;
            let takes = |len| match field.place {
                Place::Inline => library.place(len),
                Place::List => library.list(len, field.size),
                Place::Map => library.map(len),
            };
            merged |= had > 0 && field.place == Place::Inline;
            self.tally.add(takes(counts[index]) - takes(had))?;
        }
        // The lists of a message that comes twice are joined, and may double once more.
        if merged {
            self.tally.add(self.tally.heap() - before)?;
        }
        Ok(())
    }

    /// Adds the value of a field. The number of its values; `None` if it is encoded as another kind of field, and then
    /// nothing is read.
    fn value<'a, R: Reader<'a>>(
        &mut self,
        field: &Field,
        tag: u32,
        wire: Wire,
        cursor: &mut R,
        depth: usize,
    ) -> Result<Option<usize>, Refused> {
        match (field.content, wire) {
            (Content::Message(index), Wire::Delimited) => {
                let bytes = cursor.delimited()?;
                self.instance(index)?;
                match deeper(depth) {
                    Ok(depth) => self.nested(index, &mut R::over(bytes), None, depth)?,
                    // Python's own limit is far above.
                    Err(_) if R::LENIENT => self.tally.add(bytes.len().saturating_mul(WORST))?,
                    Err(refused) => return Err(refused),
                }
            }
            // Of a wire type that the library does not know, it makes an empty message.
            (Content::Message(index), Wire::GroupEnd) if R::LENIENT => self.instance(index)?,
            (Content::Message(index), Wire::GroupStart) => {
                self.instance(index)?;
                self.nested(index, cursor, Some(tag), deeper(depth)?)?;
            }
            (Content::Text { is_text }, Wire::Delimited) => {
                let bytes = cursor.delimited()?;
                self.tally.add(self.library.text(bytes, is_text))?;
            }
            (Content::Number(width), Wire::Delimited) if field.place == Place::List => {
                let numbers = width.packed_in(cursor.delimited()?);
                let each = self.library.number();
                self.tally.add(numbers.saturating_mul(each))?;
                return Ok(Some(numbers));
            }
            (Content::Number(NumberWidth::Varint), Wire::Varint)
            | (Content::Number(NumberWidth::Four), Wire::Four)
            | (Content::Number(NumberWidth::Eight), Wire::Eight) => {
                cursor.skip(tag, wire, depth)?;
                self.tally.add(self.library.number())?;
            }
            _ => return Ok(None),
        }
        Ok(Some(1))
    }

    /// The value of a message; of the pair of a map, that of the message in it, which may be left out on the wire.
    fn instance(&mut self, index: usize) -> Result<(), Refused> {
        let of = self.schema.get(index);
        let own = of.map_or(0, |of| of.instance);
        let second = of.filter(|_| own == 0).and_then(|of| of.fields.find(2));
        let value = match second.map(|(_, field)| field.content) {
            Some(Content::Message(value)) => self.schema.get(value),
            _ => None,
        };
        self.tally.add(own + value.map_or(0, |of| of.instance))
    }

    /// Reads past a field that the descriptor does not have. An extension may be a message.
    fn unknown<'a, R: Reader<'a>>(
        &mut self,
        of: &MessageType,
        (tag, wire): (u32, Wire),
        cursor: &mut R,
        depth: usize,
    ) -> Result<(), Refused> {
        if of.is_extended && wire == Wire::Delimited {
            return unknown::delimited(self.tally, cursor.delimited()?, depth);
        }
        cursor.skip(tag, wire, depth)
    }
}
