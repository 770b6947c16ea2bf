//! The most that a message of a type can take, from its length alone.

use super::bound::Bound;
use super::layout::{Content, Field, Layout, LayoutOf, NumberWidth, Place};
use super::{cost, generic};

/// The bound of a type, which is found out once.
pub(crate) fn bound(layout: &'static Layout) -> Bound {
    *layout.bound.get_or_init(|| find_out(layout))
}

/// The most that a message of `len` bytes takes.
pub fn bound_of(layout: LayoutOf, len: usize) -> usize {
    bound(layout()).of(len)
}

fn find_out(layout: &Layout) -> Bound {
    let mut reached = Reached::default();
    reached.add(layout);
    let own_bytes = usize::from(reached.keeps_bytes);
    let texts = if reached.grows {
        None
    } else {
        texts(layout, 0)
    };
    let (per_byte, fixed) = match texts {
        Some(texts) => (usize::from(reached.has_text), texts * cost::block(1)),
        None => (reached.per_byte, 0),
    };
    Bound {
        per_byte: per_byte + own_bytes,
        fixed,
        is_close: texts.is_some(),
        keeps_bytes: reached.keeps_bytes,
    }
}

/// What the messages of a type may consist of.
#[derive(Default)]
struct Reached {
    per_byte: usize,
    has_text: bool,
    keeps_bytes: bool,
    /// Whether there is a list, a map or a box.
    grows: bool,
    layouts: Vec<*const Layout>,
}

impl Reached {
    fn add(&mut self, layout: &Layout) {
        if self.layouts.contains(&std::ptr::from_ref(layout)) {
            return;
        }
        self.layouts.push(layout);
        let Some(fields) = layout.all_fields() else {
            self.per_byte = self.per_byte.max(generic::PER_BYTE);
            self.keeps_bytes = true;
            self.grows = true;
            return;
        };
        for field in &fields {
            self.per_byte = self.per_byte.max(per_byte(field));
            self.has_text |= matches!(field.content, Content::Text);
            self.keeps_bytes |= matches!(field.content, Content::Slice);
            self.grows |= !matches!(field.place, Place::Inline) || field.boxed > 0;
            if let Content::Message(nested) = field.content {
                self.add(nested());
            }
        }
    }
}

/// The number of texts in a message, those of the messages within it included. `None` where there is no end of them,
/// which no type can have.
fn texts(layout: &Layout, mut before: usize) -> Option<usize> {
    const MOST: usize = 10_000;
    for field in layout.all_fields()? {
        match field.content {
            Content::Text | Content::Slice => before += 1,
            Content::Number(_) => {}
            Content::Message(nested) => before = texts(nested(), before)?,
        }
        if before > MOST {
            return None;
        }
    }
    Some(before)
}

/// The most that a field itself takes for each of its bytes.
fn per_byte(field: &Field) -> usize {
    // A text has a tag, a length and one byte at least.
    let text = match field.content {
        Content::Text => cost::block(1).div_ceil(3),
        Content::Slice => 1,
        Content::Number(_) | Content::Message(_) => 0,
    };
    // A value has two bytes at least, but a packed number only one; the first takes the room of several.
    let first = field.place.takes(1).div_ceil(2);
    let next = match (field.place, field.content) {
        (Place::List(size), Content::Number(NumberWidth::Varint)) => 2 * size,
        (Place::List(size), _) => size + 8,
        _ => 0,
    };
    text + first.max(next) + cost::block(field.boxed).div_ceil(2)
}
