//! The options that generated code sets on a `MethodOptions`: limits and switches.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, Lit};

use super::key::Key;
use super::literal::literal;
use super::{duration, size};
use crate::report::Report;

/// A limit whose value only the compiler knows: generated code checks that it is not zero.
pub(crate) struct UnknownLimit<'a> {
    /// Its field in `MethodOptions`.
    pub(crate) field: Ident,
    pub(crate) is_time: bool,
    pub(crate) value: &'a TokenStream,
    /// The error if it is zero.
    pub(crate) advice: String,
}

/// The limits and switches that are set, in the order of the options.
#[derive(Clone, Default)]
pub(crate) struct MethodOptions(Vec<MethodOption>);

#[derive(Clone)]
struct MethodOption {
    key: Key,
    /// An expression of the type of its field.
    value: TokenStream,
    /// Whether it is a literal, which has been checked already.
    is_literal: bool,
}

impl MethodOptions {
    pub(super) fn set(&mut self, key: Key, value: &Expr, report: &mut Report) {
        let is_literal = literal(value).is_some();
        let value = if is_switch(key) {
            switch(key, value)
        } else if is_time(key) {
            time(key, value)
        } else if key == Key::MaxMessages {
            count(key, value)
        } else {
            bytes(key, value)
        };
        match value {
            Ok(value) => self.0.push(MethodOption {
                key,
                value,
                is_literal,
            }),
            Err(error) => report.push(error),
        }
    }

    /// These options, and those of `block` that are not among them.
    pub(crate) fn or(&self, block: &Self) -> Self {
        let mut options = self.0.clone();
        let own = |key| self.0.iter().any(|option| option.key == key);
        options.extend(block.0.iter().filter(|option| !own(option.key)).cloned());
        options.sort_by_key(|option| option.key);
        Self(options)
    }

    /// The calls that set them on a `MethodOptions`: `.max_messages(500)`.
    pub(crate) fn setters(&self) -> TokenStream {
        let calls = self.0.iter().map(|MethodOption { key, value, .. }| {
            let setter = Ident::new(key.word(), Span::call_site());
            quote!(.#setter(#value))
        });
        calls.collect()
    }

    /// The limits that are not literals.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = UnknownLimit<'_>> {
        let limits = self.0.iter().filter(|limit| !is_switch(limit.key));
        let expressions = limits.filter(|limit| !limit.is_literal);
        expressions.map(|limit| UnknownLimit {
            field: Ident::new(limit.key.word(), Span::call_site()),
            is_time: is_time(limit.key),
            value: &limit.value,
            advice: zero(limit.key),
        })
    }
}

fn is_time(key: Key) -> bool {
    matches!(key, Key::Timeout | Key::IdleTimeout)
}

fn is_switch(key: Key) -> bool {
    matches!(
        key,
        Key::AcceptCompression | Key::RefuseRetriedUploads | Key::UndecodableAsInvalidArgument
    )
}

fn switch(key: Key, value: &Expr) -> syn::Result<TokenStream> {
    match literal(value) {
        Some(Lit::Bool(_)) | None => Ok(quote!(#value)),
        Some(_) => Err(wrong(key, value, "`true` or `false`")),
    }
}

fn count(key: Key, value: &Expr) -> syn::Result<TokenStream> {
    match literal(value) {
        Some(Lit::Int(number)) => whole(key, number),
        Some(_) => Err(wrong(key, value, "a whole number of messages")),
        None => Ok(quote!(#value)),
    }
}

fn bytes(key: Key, value: &Expr) -> syn::Result<TokenStream> {
    match literal(value) {
        Some(Lit::Int(number)) => whole(key, number),
        Some(Lit::Str(text)) => {
            let bytes = size::parse(&text.value())
                .and_then(|bytes| not_zero(key, bytes))
                .map_err(|message| syn::Error::new(text.span(), message))?;
            let mut literal = Literal::u64_unsuffixed(bytes);
            literal.set_span(text.span());
            Ok(quote!(#literal))
        }
        Some(_) => Err(wrong(key, value, "a number of bytes or a size")),
        None => Ok(quote!(#value)),
    }
}

fn time(key: Key, value: &Expr) -> syn::Result<TokenStream> {
    match literal(value) {
        Some(Lit::Str(text)) => {
            let milliseconds = duration::parse(&text.value())
                .and_then(|milliseconds| not_zero(key, milliseconds))
                .map_err(|message| syn::Error::new(text.span(), message))?;
            Ok(quote_spanned!(text.span()=> ::core::time::Duration::from_millis(#milliseconds)))
        }
        Some(Lit::Int(number)) => {
            let message = format!(
                "`{number}` has no unit: write `{} = \"{}s\"`",
                key.word(),
                number.base10_digits()
            );
            Err(syn::Error::new(number.span(), message))
        }
        Some(_) => Err(wrong(key, value, "a duration")),
        None => Ok(quote!(#value)),
    }
}

fn whole(key: Key, number: &syn::LitInt) -> syn::Result<TokenStream> {
    // The compiler refuses a number that does not fit `u64` or has another suffix.
    not_zero(key, number.base10_parse().unwrap_or(u64::MAX))
        .map_err(|message| syn::Error::new(number.span(), message))?;
    Ok(quote!(#number))
}

fn not_zero(key: Key, value: u64) -> Result<u64, String> {
    if value == 0 {
        Err(zero(key))
    } else {
        Ok(value)
    }
}

fn zero(key: Key) -> String {
    let (word, example) = (key.word(), key.example());
    format!(
        "a `{word}` of zero refuses every call: write a larger one, as in `{example}`, or leave it out for the server's"
    )
}

fn wrong(key: Key, value: &Expr, what: &str) -> syn::Error {
    let (word, example) = (key.word(), key.example());
    let message = format!("`{word}` takes {what}, or a constant expression: write `{example}`");
    syn::Error::new_spanned(value, message)
}
