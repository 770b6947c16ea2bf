//! Reads the fields of an encoded message.

use super::tally::Refused;

/// The way in which the value of a field is encoded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    Varint,
    Eight,
    Delimited,
    GroupStart,
    GroupEnd,
    Four,
}

/// The rest of a message.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The bytes that are left.
    #[cfg(feature = "python")]
    pub(super) fn left(&self) -> usize {
        self.0.len()
    }

    /// The tag and the wire type of the next field.
    #[inline]
    pub(super) fn key(&mut self) -> Result<(u32, Wire), Refused> {
        let key = u32::try_from(self.varint()?);
        let key = key.map_err(|_| Refused::Malformed("the key of a field is too large"))?;
        let wire = match key & 7 {
            0 => Wire::Varint,
            1 => Wire::Eight,
            2 => Wire::Delimited,
            3 => Wire::GroupStart,
            4 => Wire::GroupEnd,
            5 => Wire::Four,
            _ => return Err(Refused::Malformed("a field has an unknown wire type")),
        };
        Ok((key >> 3, wire))
    }

    #[inline]
    pub(super) fn varint(&mut self) -> Result<u64, Refused> {
        if let [byte @ 0..0x80, rest @ ..] = self.0 {
            self.0 = rest;
            return Ok(u64::from(*byte));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u64, Refused> {
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

    /// A length and the bytes after it.
    #[inline]
    pub(super) fn delimited(&mut self) -> Result<&'a [u8], Refused> {
        let len = self.varint()?;
        self.take(len)
    }

    /// Skips a value.
    pub(super) fn skip(&mut self, tag: u32, wire: Wire, depth: usize) -> Result<(), Refused> {
        match wire {
            Wire::Varint => self.varint().map(drop),
            Wire::Four => self.take(4).map(drop),
            Wire::Eight => self.take(8).map(drop),
            Wire::Delimited => self.delimited().map(drop),
            Wire::GroupEnd => Err(Refused::Malformed("a group ends that did not begin")),
            Wire::GroupStart => {
                let depth = deeper(depth)?;
                loop {
                    match self.key()? {
                        (inner, Wire::GroupEnd) if inner == tag => return Ok(()),
                        (inner, wire) => self.skip(inner, wire, depth)?,
                    }
                }
            }
        }
    }

    #[inline]
    fn take(&mut self, len: u64) -> Result<&'a [u8], Refused> {
        let taken = usize::try_from(len)
            .ok()
            .and_then(|len| self.0.split_at_checked(len));
        let (taken, rest) = taken.ok_or(Refused::Malformed(
            "a field ends after the message it is in",
        ))?;
        self.0 = rest;
        Ok(taken)
    }
}

/// Messages in messages, up to prost's own limit.
pub(super) fn deeper(depth: usize) -> Result<usize, Refused> {
    const MOST: usize = 100;
    if depth >= MOST {
        return Err(Refused::Malformed(
            "its messages are more than 100 levels deep",
        ));
    }
    Ok(depth + 1)
}

/// The end of a group must name it.
pub(super) fn ended(group: u32, tag: u32) -> Result<(), Refused> {
    if group == tag {
        return Ok(());
    }
    Err(Refused::Malformed("a group ends that did not begin"))
}
