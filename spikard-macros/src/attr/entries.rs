//! Parses the tokens of an attribute into `key = value` entries.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, LitStr, Token};

use super::key::Key;
use super::nearest::nearest;
use super::place::Place;
use crate::report::Report;

/// One `key = value`.
pub(crate) struct Entry {
    /// The key in the source, for its span.
    pub(crate) word: Ident,
    pub(crate) key: Key,
    /// `None` if it is missing or malformed, which has been reported.
    pub(crate) value: Option<Expr>,
    /// Whether the key was mistyped and replaced by the nearest one.
    guessed: bool,
}

/// The entries of one attribute: known keys, each at most once.
#[derive(Default)]
pub(crate) struct Entries(Vec<Entry>);

impl Entries {
    /// Parses `tokens`. A malformed entry is reported, and those after it are still parsed.
    pub(crate) fn read(tokens: TokenStream, place: Place, report: &mut Report) -> Self {
        let mut entries = Self::default();
        entries.extend(tokens, place, report);
        entries
    }

    /// Adds another attribute of the same item.
    pub(crate) fn extend(&mut self, tokens: TokenStream, place: Place, report: &mut Report) {
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let entry = read_entry(input, place);
                let clean = matches!(&entry, Ok(Read { error: None, .. }));
                match entry {
                    Ok(entry) => self.insert(entry, report),
                    Err(error) => report.push(error),
                }
                if clean && !input.is_empty() && !input.peek(Token![,]) {
                    report.push(input.error("expected `,` between two options"));
                    if input.peek(Ident::peek_any) {
                        continue;
                    }
                }
                skip_comma(input)?;
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            report.push(error);
        }
    }

    fn insert(&mut self, read: Read, report: &mut Report) {
        let Read { entry, error } = read;
        if let Some(error) = error {
            report.push(error);
        }
        match self.0.iter_mut().find(|earlier| earlier.key == entry.key) {
            None => self.0.push(entry),
            Some(earlier) if earlier.guessed => *earlier = entry,
            Some(_) if entry.guessed => {}
            Some(_) => {
                let word = entry.key.word();
                let message = format_args!("`{word}` is given twice: keep one of them");
                report.at(entry.word.span(), message);
            }
        }
    }
}

impl IntoIterator for Entries {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// An entry with its error, if any.
struct Read {
    entry: Entry,
    error: Option<syn::Error>,
}

fn read_entry(input: ParseStream<'_>, place: Place) -> syn::Result<Read> {
    if place != Place::Method && input.peek(LitStr) {
        return Ok(service_alone(input.parse()?));
    }
    let Ok(word) = input.call(Ident::parse_any) else {
        return Err(input.error(format_args!("expected an option: {}", list(place))));
    };
    let typed = word.to_string();
    let Some(key) = Key::of(&typed) else {
        let meant = nearest(&typed, place.keys().map(Key::word)).and_then(Key::of);
        let error = unknown(&word, meant, place);
        let Some(key) = meant else {
            return Err(error);
        };
        let entry = Entry {
            word,
            key,
            value: None,
            guessed: true,
        };
        return Ok(Read {
            entry,
            error: Some(error),
        });
    };
    let (value, error) = match read_value(input, &word, key) {
        Ok(value) => (Some(value), None),
        Err(error) => (None, Some(error)),
    };
    Ok(Read {
        entry: Entry {
            word,
            key,
            value,
            guessed: false,
        },
        error,
    })
}

/// `#[grpc_stream("package.Service")]`.
fn service_alone(name: LitStr) -> Read {
    let message = format!(
        "an option is `key = value`: write `service = {}`",
        name.token()
    );
    let entry = Entry {
        word: Ident::new(Key::Service.word(), name.span()),
        key: Key::Service,
        value: None,
        guessed: true,
    };
    Read {
        entry,
        error: Some(syn::Error::new(name.span(), message)),
    }
}

fn read_value(input: ParseStream<'_>, word: &Ident, key: Key) -> syn::Result<Expr> {
    let example = key.example();
    if input.is_empty() || input.peek(Token![,]) {
        let message = format!("`{word}` needs a value: write `{example}`");
        return Err(syn::Error::new(word.span(), message));
    }
    let Ok(equals) = input.parse::<Token![=]>() else {
        return Err(input.error(format_args!(
            "an option is `key = value`: write `{example}`"
        )));
    };
    if input.is_empty() || input.peek(Token![,]) {
        let message = format!("a value is missing after `=`: write `{example}`");
        return Err(syn::Error::new(equals.span, message));
    }
    let start = input.cursor();
    let Ok(value) = input.parse::<Expr>() else {
        let message = format!("this is not a value of `{word}`: write `{example}`");
        return Err(syn::Error::new(start.span(), message));
    };
    Ok(value)
}

/// Skips to the next comma, past the rest of a malformed entry.
fn skip_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(())
}

fn unknown(word: &Ident, meant: Option<Key>, place: Place) -> syn::Error {
    let message = match meant {
        Some(key) => format!(
            "there is no option `{word}`: did you mean `{}`?",
            key.word()
        ),
        None => format!(
            "there is no option `{word}`: the options are {}",
            list(place)
        ),
    };
    syn::Error::new(word.span(), message)
}

fn list(place: Place) -> String {
    let words: Vec<String> = place
        .keys()
        .map(|key| format!("`{}`", key.word()))
        .collect();
    words.join(", ")
}
