//! `cfg_attr`, which the macro sees unexpanded.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Meta, Path};

/// The predicate of `cfg_attr(predicate, …)` and its attributes. `None` for other attributes, and for one that the
/// compiler refuses.
pub(crate) fn conditional(meta: &Meta) -> Option<(TokenStream, Vec<Meta>)> {
    let Meta::List(list) = meta else {
        return None;
    };
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    let tokens: Vec<TokenTree> = list.tokens.clone().into_iter().collect();
    let is_comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ',');
    let mut parts = tokens
        .split(is_comma)
        .map(|part| part.iter().cloned().collect::<TokenStream>());
    let predicate = parts.next()?;
    let metas = parts.filter_map(|part| syn::parse2(part).ok());
    Some((predicate, metas.collect()))
}

/// The attribute `name` under one or more `cfg_attr`.
pub(crate) fn hidden(meta: &Meta, name: &str) -> Option<Path> {
    let (_, metas) = conditional(meta)?;
    metas.iter().find_map(|meta| {
        if meta.path().is_ident(name) {
            Some(meta.path().clone())
        } else {
            hidden(meta, name)
        }
    })
}
