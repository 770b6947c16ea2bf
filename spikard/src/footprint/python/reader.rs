//! Reads fields as the library does that decodes them.

use crate::footprint::cursor::{Cursor, Wire};
use crate::footprint::tally::Refused;

/// The rest of a message.
pub(super) trait Reader<'a>: Sized {
    /// Whether it goes on where others stop: what is cut short is taken as it is, and there are no groups.
    const LENIENT: bool;

    fn over(bytes: &'a [u8]) -> Self;
    /// The bytes that are left.
    fn left(&self) -> usize;
    /// The tag and the wire type of the next field.
    fn key(&mut self) -> Result<(u32, Wire), Refused>;
    /// A length and the bytes after it.
    fn delimited(&mut self) -> Result<&'a [u8], Refused>;
    fn skip(&mut self, tag: u32, wire: Wire, depth: usize) -> Result<(), Refused>;
}

impl<'a> Reader<'a> for Cursor<'a> {
    const LENIENT: bool = false;

    fn over(bytes: &'a [u8]) -> Self {
        Self::new(bytes)
    }

    fn left(&self) -> usize {
        Self::left(self)
    }

    fn key(&mut self) -> Result<(u32, Wire), Refused> {
        Self::key(self)
    }

    fn delimited(&mut self) -> Result<&'a [u8], Refused> {
        Self::delimited(self)
    }

    fn skip(&mut self, tag: u32, wire: Wire, depth: usize) -> Result<(), Refused> {
        Self::skip(self, tag, wire, depth)
    }
}

/// As betterproto2 reads: a field of a wire type that it does not know is its key alone.
pub(super) struct Lenient<'a>(&'a [u8]);

impl<'a> Lenient<'a> {
    fn varint(&mut self) -> Result<u64, Refused> {
        let mut value = 0;
        for (index, byte) in self.0.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                self.0 = &self.0[index + 1..];
                return Ok(value);
            }
        }
        Err(Refused::Malformed("a varint does not end"))
    }

    fn take(&mut self, len: u64) -> &'a [u8] {
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

impl<'a> Reader<'a> for Lenient<'a> {
    const LENIENT: bool = true;

    fn over(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn left(&self) -> usize {
        self.0.len()
    }

    fn key(&mut self) -> Result<(u32, Wire), Refused> {
        let is_short = self.0.len() < 10;
        let key = match self.varint() {
            Ok(key) => key,
            // The end of the message, to it.
            Err(_) if is_short => {
                self.0 = &[];
                return Ok((0, Wire::GroupEnd));
            }
            Err(refused) => return Err(refused),
        };
        let wire = match key & 7 {
            0 => Wire::Varint,
            1 => Wire::Eight,
            2 => Wire::Delimited,
            5 => Wire::Four,
            _ => Wire::GroupEnd,
        };
        Ok((u32::try_from(key >> 3).unwrap_or(0), wire))
    }

    fn delimited(&mut self) -> Result<&'a [u8], Refused> {
        let len = self.varint()?;
        Ok(self.take(len))
    }

    fn skip(&mut self, _: u32, wire: Wire, _: usize) -> Result<(), Refused> {
        match wire {
            Wire::Varint => drop(self.varint()?),
            Wire::Eight => drop(self.take(8)),
            Wire::Four => drop(self.take(4)),
            Wire::Delimited => drop(self.delimited()?),
            Wire::GroupStart | Wire::GroupEnd => {}
        }
        Ok(())
    }
}
