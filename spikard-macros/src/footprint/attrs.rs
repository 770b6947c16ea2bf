//! What `#[prost(…)]` says of a field.

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitInt, Meta, Path, Token};

/// What the attributes of a field say.
#[derive(Default)]
pub(super) struct Attrs {
    pub(super) kind: Option<Kind>,
    pub(super) repeated: bool,
    pub(super) required: bool,
    pub(super) boxed: bool,
    /// One, or those of a oneof.
    pub(super) tags: Vec<u32>,
}

/// The type of a field.
pub(super) enum Kind {
    Number(Number),
    Text,
    Slice,
    Message,
    Map {
        hashed: bool,
        key: Box<Kind>,
        value: Box<Kind>,
    },
    Oneof(Path),
}

/// The size of a number in Rust, and whether it is a varint.
pub(super) struct Number {
    pub(super) size: usize,
    pub(super) varint: bool,
}

impl Attrs {
    pub(super) fn read(attrs: &[Attribute]) -> syn::Result<Self> {
        let mut read = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("prost")) {
            let entries = Punctuated::<Meta, Token![,]>::parse_terminated;
            for entry in attr.parse_args_with(entries)? {
                read.take(&entry)?;
            }
        }
        Ok(read)
    }

    fn take(&mut self, entry: &Meta) -> syn::Result<()> {
        let Some(word) = entry.path().get_ident().map(Ident::to_string) else {
            return Ok(());
        };
        match word.as_str() {
            "repeated" => self.repeated = true,
            "required" => self.required = true,
            "boxed" => self.boxed = true,
            "tag" | "tags" => self.tags = tags(entry)?,
            "map" | "hash_map" | "btree_map" => {
                let (key, value) = pair(entry)?;
                self.kind = Some(Kind::Map {
                    hashed: word != "btree_map",
                    key: Box::new(key),
                    value: Box::new(value),
                });
            }
            "oneof" => self.kind = Some(Kind::Oneof(path(entry)?)),
            "bytes" if text(entry).as_deref() == Some("bytes") => self.kind = Some(Kind::Slice),
            _ => {
                if let Some(kind) = Kind::of(&word) {
                    self.kind = Some(kind);
                }
            }
        }
        Ok(())
    }
}

impl Kind {
    fn of(word: &str) -> Option<Self> {
        let number = |size, varint| Self::Number(Number { size, varint });
        Some(match word {
            "bool" => number(1, true),
            "int32" | "uint32" | "sint32" | "enumeration" => number(4, true),
            "int64" | "uint64" | "sint64" => number(8, true),
            "float" | "fixed32" | "sfixed32" => number(4, false),
            "double" | "fixed64" | "sfixed64" => number(8, false),
            "string" | "bytes" => Self::Text,
            "message" | "group" => Self::Message,
            _ => return None,
        })
    }
}

/// The tags in `tag = "1"`, `tag = 1`, `tag(1)`, `tags = "1, 2"` or `tags(1, 2)`.
fn tags(entry: &Meta) -> syn::Result<Vec<u32>> {
    let numbers = match entry {
        Meta::List(list) => {
            let numbers =
                list.parse_args_with(Punctuated::<LitInt, Token![,]>::parse_terminated)?;
            return numbers.iter().map(LitInt::base10_parse).collect();
        }
        _ => text(entry).unwrap_or_default(),
    };
    let numbers = numbers.split(',').map(|number| number.trim().parse());
    numbers.collect::<Result<_, _>>().map_err(|_| {
        syn::Error::new_spanned(entry, "the tag of a field is a number: write `tag = \"1\"`")
    })
}

/// The two types in `map = "string, message"` or `map(string, message)`.
fn pair(entry: &Meta) -> syn::Result<(Kind, Kind)> {
    let types = match entry {
        Meta::List(list) => list.tokens.to_string(),
        _ => text(entry).unwrap_or_default(),
    };
    // `enumeration(Colour)`, `enumeration = "Colour"`.
    let kind = |written: &str| Kind::of(written.split(['(', '=']).next()?.trim());
    let read = types
        .split_once(',')
        .and_then(|(key, value)| Some((kind(key)?, kind(value)?)));
    read.ok_or_else(|| {
        let advice = "a map has two types: write `map = \"string, message\"`";
        syn::Error::new_spanned(entry, advice)
    })
}

/// The path in `oneof = "item::Kind"` or `oneof(Kind)`.
fn path(entry: &Meta) -> syn::Result<Path> {
    match entry {
        Meta::List(list) => list.parse_args(),
        _ => syn::parse_str(&text(entry).unwrap_or_default()),
    }
}

/// The literal of `word = "text"` or `word = 1`.
fn text(entry: &Meta) -> Option<String> {
    let Meta::NameValue(named) = entry else {
        return None;
    };
    match &named.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => Some(number.base10_digits().to_owned()),
        _ => None,
    }
}
