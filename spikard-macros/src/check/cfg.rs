//! The `cfg`s of an item.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Meta, parse_quote};

use crate::item::conditional;

/// The `cfg`s among attributes, for what is generated beside their item.
pub(super) fn cfgs(attrs: &[Attribute]) -> Vec<Attribute> {
    let conditions = attrs.iter().filter_map(|attr| condition(&attr.meta));
    conditions
        .map(|condition| parse_quote!(#[#condition]))
        .collect()
}

/// The `cfg` in an attribute: `cfg_attr(a, cfg(b), doc = "…")` has one and something else.
fn condition(meta: &Meta) -> Option<TokenStream> {
    if meta.path().is_ident("cfg") {
        return Some(quote!(#meta));
    }
    let (predicate, metas) = conditional(meta)?;
    let inner: Vec<TokenStream> = metas.iter().filter_map(condition).collect();
    (!inner.is_empty()).then(|| quote!(cfg_attr(#predicate, #(#inner),*)))
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::*;

    #[test]
    fn takes_the_conditions_and_leaves_the_rest() {
        let attrs: [Attribute; 6] = [
            parse_quote!(#[doc = "text"]),
            parse_quote!(#[cfg(a)]),
            parse_quote!(#[cfg_attr(any(a, b), cfg(c), doc = "text", cfg(d))]),
            parse_quote!(#[cfg_attr(a, must_use)]),
            parse_quote!(#[cfg_attr(a, cfg_attr(true, inline, cfg_attr(b, cfg(c),)), inline)]),
            parse_quote!(#[cfg_attr(a, cfg_attr(b, must_use))]),
        ];
        let cfgs = cfgs(&attrs);
        let texts = cfgs.iter().map(|cfg| cfg.to_token_stream().to_string());
        let expected = [
            quote!(#[cfg(a)]),
            quote!(#[cfg_attr(any(a, b), cfg(c), cfg(d))]),
            quote!(#[cfg_attr(a, cfg_attr(true, cfg_attr(b, cfg(c))))]),
        ];
        let expected = expected.map(|tokens| tokens.to_string());
        assert_eq!(texts.collect::<Vec<_>>(), expected);
    }
}
