//! The conditions under which an item is there at all.

use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token, parse_quote};

/// The `cfg`s among attributes, for what is generated beside the item that bears them.
pub(super) fn cfgs(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().filter_map(condition).collect()
}

fn condition(attr: &Attribute) -> Option<Attribute> {
    if attr.path().is_ident("cfg") {
        return Some(attr.clone());
    }
    if !attr.path().is_ident("cfg_attr") {
        return None;
    }
    // `cfg_attr(a, cfg(b), doc = "…")` is a condition and something else.
    let metas = attr
        .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
        .ok()?;
    let mut metas = metas.into_iter();
    let predicate = metas.next()?;
    let inner: Vec<Meta> = metas.filter(|meta| meta.path().is_ident("cfg")).collect();
    let tokens = quote!(#predicate, #(#inner),*);
    (!inner.is_empty()).then(|| parse_quote!(#[cfg_attr(#tokens)]))
}
