//! The typed options of one attribute.

use proc_macro2::{Ident, Span};
use syn::{Expr, Lit, LitStr, Path};

use super::entries::{Entries, Entry};
use super::given::Given;
use super::key::Key;
use super::literal::{literal, string};
use super::method_options::MethodOptions;
use super::place::Place;
use super::{callable, service_name};
use crate::features::Features;
use crate::model::ServiceName;
use crate::name::is_proto_ident;
use crate::report::Report;

/// The options of an attribute.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) service: Given<ServiceName>,
    pub(crate) method: Given<LitStr>,
    pub(crate) python: Given<LitStr>,
    /// The key `python`, for errors about options that contradict it.
    pub(crate) python_word: Option<Span>,
    pub(crate) name: Given<Ident>,
    /// The word `complete`, if it is true.
    pub(crate) complete: Option<Span>,
    pub(crate) krate: Given<Path>,
    pub(crate) of_method: MethodOptions,
}

impl Options {
    /// Reads the entries of an attribute in `place`, and reports wrong values.
    pub(crate) fn read(
        entries: Entries,
        place: Place,
        features: Features,
        report: &mut Report,
    ) -> Self {
        let mut options = Self::default();
        for entry in entries {
            options.take(entry, place, features, report);
        }
        options
    }

    fn take(&mut self, entry: Entry, place: Place, features: Features, report: &mut Report) {
        let Entry {
            word, key, value, ..
        } = entry;
        if let Some(refusal) = place.refusal(key) {
            report.at(
                word.span(),
                format_args!("`{word}` does not belong here: {refusal}"),
            );
            return;
        }
        let value = value.as_ref();
        match key {
            Key::Service => {
                self.service = value
                    .and_then(|value| service_name::read(value, report))
                    .into();
            }
            Key::Method => self.method = checked(key, value, method_name, report),
            Key::Python => {
                self.python_word = Some(word.span());
                self.python = if features.python {
                    checked(key, value, callable::check, report)
                } else {
                    report.at(word.span(), NO_PYTHON);
                    Given::Wrong
                };
            }
            Key::Name => self.name = value.and_then(|value| name(value, report)).into(),
            Key::Complete => {
                let complete = value.is_some_and(|value| switch(key, value, report));
                self.complete = complete.then(|| word.span());
            }
            Key::Crate => self.krate = value.and_then(|value| path(value, report)).into(),
            _ => {
                if let Some(value) = value {
                    self.of_method.set(key, value, report);
                }
            }
        }
    }
}

const NO_PYTHON: &str = "handlers in Python need the Cargo feature `python` of spikard: write `spikard = { version = \"…\", features = [\"python\"] }` in Cargo.toml";

/// A switch that decides what is generated, so that a constant will not do.
fn switch(key: Key, value: &Expr, report: &mut Report) -> bool {
    if let Some(Lit::Bool(given)) = literal(value) {
        return given.value;
    }
    report.on(
        value,
        format_args!(
            "`{}` takes `true` or `false`: write `{}`",
            key.word(),
            key.example()
        ),
    );
    false
}

/// A string that passes `check`.
fn checked(
    key: Key,
    value: Option<&Expr>,
    check: fn(&str) -> Result<(), String>,
    report: &mut Report,
) -> Given<LitStr> {
    let Some(value) = value else {
        return Given::Wrong;
    };
    let Some(text) = string(value) else {
        report.on(
            value,
            format_args!("`{}` takes a string: write `{}`", key.word(), key.example()),
        );
        return Given::Wrong;
    };
    match check(&text.value()) {
        Ok(()) => Given::Yes(text.clone()),
        Err(message) => {
            report.at(text.span(), message);
            Given::Wrong
        }
    }
}

fn method_name(name: &str) -> Result<(), String> {
    if is_proto_ident(name) {
        return Ok(());
    }
    let rest = name.rsplit(['/', '.']).next().unwrap_or(name);
    let guess = if is_proto_ident(rest) {
        rest
    } else {
        "BatchCreate"
    };
    Err(format!(
        "`{name}` is not the name of a method in a `.proto` (letters, digits and `_`): write `method = \"{guess}\"`"
    ))
}

fn name(value: &Expr, report: &mut Report) -> Option<Ident> {
    let ident = match value {
        Expr::Path(path) => path.path.get_ident().cloned(),
        Expr::Group(group) => return name(&group.expr, report),
        _ => None,
    };
    if ident.is_none() {
        let guess = string(value).and_then(|text| text.parse::<Ident>().ok());
        let guess = guess.map_or_else(|| "BatchCreate".to_owned(), |ident| ident.to_string());
        report.on(
            value,
            format_args!("`name` takes an identifier, without quotes: write `name = {guess}`"),
        );
    }
    ident
}

fn path(value: &Expr, report: &mut Report) -> Option<Path> {
    match value {
        Expr::Path(path) if path.qself.is_none() => return Some(path.path.clone()),
        Expr::Group(group) => return path(&group.expr, report),
        _ => {}
    }
    let guess = string(value).map_or_else(|| "spikard".to_owned(), |text| text.value());
    report.on(
        value,
        format_args!("`crate` takes a path, without quotes: write `crate = {guess}`"),
    );
    None
}
