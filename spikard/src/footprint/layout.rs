//! The layout of a message: its fields that take heap.

use std::sync::OnceLock;

use super::bound::Bound;
use super::table::Table;

/// Where the layout of a message is. A function, because messages may contain themselves.
pub type LayoutOf = fn() -> &'static Layout;

/// The fields of a message, or of a oneof, that take heap.
#[derive(Debug)]
pub struct Layout {
    pub(super) fields: &'static [Field],
    pub(super) oneofs: &'static [LayoutOf],
    /// Whether these are all of its fields.
    complete: bool,
    table: OnceLock<Option<Table<Field>>>,
    pub(super) bound: OnceLock<Bound>,
}

impl Layout {
    /// A message with these fields and the fields of these oneofs. Others must be numbers that stand alone.
    pub const fn new(fields: &'static [Field], oneofs: &'static [LayoutOf]) -> Self {
        Self {
            fields,
            oneofs,
            complete: true,
            table: OnceLock::new(),
            bound: OnceLock::new(),
        }
    }

    /// A message of which nothing is known.
    pub fn unknown() -> &'static Self {
        static UNKNOWN: Layout = Layout {
            fields: &[],
            oneofs: &[],
            complete: false,
            table: OnceLock::new(),
            bound: OnceLock::new(),
        };
        &UNKNOWN
    }

    /// The fields by their tags; `None` where they are not known.
    #[inline]
    pub(super) fn table(&self) -> Option<&Table<Field>> {
        let table = self.table.get_or_init(|| {
            let fields = self.all_fields()?;
            Some(Table::new(
                fields.into_iter().map(|field| (field.tag, field)).collect(),
            ))
        });
        table.as_ref()
    }

    /// Its own fields and those of its oneofs; `None` where they are not all known.
    pub(super) fn all_fields(&self) -> Option<Vec<Field>> {
        if !self.complete {
            return None;
        }
        let mut fields = self.fields.to_vec();
        for oneof in self.oneofs {
            fields.extend(oneof().all_fields()?);
        }
        Some(fields)
    }
}

/// A field that takes heap.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub(super) tag: u32,
    pub(super) content: Content,
    pub(super) place: Place,
    /// The size of its value where that is in a `Box`, else 0.
    pub(super) boxed: usize,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    /// A `String` or a `Vec<u8>`.
    Text,
    /// `Bytes`, which may be a slice of what was received.
    Slice,
    Number(NumberWidth),
    Message(LayoutOf),
}

/// How a number is encoded.
#[derive(Clone, Copy, Debug)]
pub enum NumberWidth {
    /// In one byte or more.
    Varint,
    /// In four bytes.
    Four,
    /// In eight bytes.
    Eight,
}

impl NumberWidth {
    /// How many numbers are packed in `bytes`.
    pub(super) fn packed_in(self, bytes: &[u8]) -> usize {
        match self {
            Self::Four => bytes.len() / 4,
            Self::Eight => bytes.len() / 8,
            Self::Varint => bytes.iter().filter(|byte| **byte < 0x80).count(),
        }
    }
}

/// Where the values of a field are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// In the message itself.
    Inline,
    /// In a `Vec` with elements of this size.
    List(usize),
    /// In a `HashMap` with pairs of this size. The content is the entry, a message with the fields 1 and 2.
    HashMap(usize),
    /// In a `BTreeMap`, likewise.
    BTreeMap(usize),
}

impl Field {
    const fn new(tag: u32, content: Content) -> Self {
        Self {
            tag,
            content,
            place: Place::Inline,
            boxed: 0,
        }
    }

    /// A `String` or a `Vec<u8>`.
    pub const fn text(tag: u32) -> Self {
        Self::new(tag, Content::Text)
    }

    /// `Bytes`.
    pub const fn slice(tag: u32) -> Self {
        Self::new(tag, Content::Slice)
    }

    /// A list of numbers, each of `size` bytes in Rust.
    pub const fn numbers(tag: u32, width: NumberWidth, size: usize) -> Self {
        Self::new(tag, Content::Number(width)).list(size)
    }

    /// A message or a group.
    pub const fn message(tag: u32, layout: LayoutOf) -> Self {
        Self::new(tag, Content::Message(layout))
    }

    /// Its values are in a list, and each takes `size` bytes there.
    pub const fn list(self, size: usize) -> Self {
        self.at(Place::List(size))
    }

    /// Its values are entries of a `HashMap`, of `size` bytes for key and value.
    pub const fn hash_map(self, size: usize) -> Self {
        self.at(Place::HashMap(size))
    }

    /// Its values are entries of a `BTreeMap`, of `size` bytes for key and value.
    pub const fn btree_map(self, size: usize) -> Self {
        self.at(Place::BTreeMap(size))
    }

    /// Each value, of `size` bytes, is in a `Box`.
    pub const fn boxed(self, size: usize) -> Self {
        Self {
            boxed: size,
            ..self
        }
    }

    const fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }
}
