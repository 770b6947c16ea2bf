//! A function, with or without a body.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Signature, Token, Visibility, token};

use super::cfg_attr::hidden;

/// A function. Its body is not parsed: while a user types, the signature keeps working in editors.
#[derive(Clone)]
pub(crate) struct Function {
    /// `#[grpc(…)]`, which only this macro knows, also under a `cfg_attr`, and `#[grpc_stream(…)]` on a method of a
    /// block,
    /// which would be expanded too late.
    pub(crate) grpc: Vec<Attribute>,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: Body,
}

/// What follows the signature.
#[derive(Clone)]
pub(crate) enum Body {
    Block(Group),
    None(Token![;]),
}

impl Function {
    /// The function with another body.
    pub(crate) fn with_body(&self, body: impl ToTokens) -> TokenStream {
        let Self {
            attrs, vis, sig, ..
        } = self;
        quote!(#(#attrs)* #vis #sig #body)
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (grpc, attrs) = Attribute::parse_outer(input)?
            .into_iter()
            .partition(|attr| attr.path().is_ident("grpc") || hidden(&attr.meta, "grpc").is_some());
        Ok(Self {
            grpc,
            attrs,
            vis: input.parse()?,
            sig: input.parse()?,
            body: input.parse()?,
        })
    }
}

impl Parse for Body {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(token::Brace)
            && let TokenTree::Group(block) = input.parse()?
        {
            return Ok(Self::Block(block));
        }
        input.parse().map(Self::None)
    }
}
