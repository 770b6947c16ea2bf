//! An `impl` block.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, ImplItem, ItemImpl};

use super::function::Function;

/// An `impl` block as written.
pub(crate) struct Block {
    /// Everything but the contents of the braces.
    pub(crate) header: ItemImpl,
    /// `#![…]` within the braces.
    pub(crate) inner_attrs: Vec<Attribute>,
    pub(crate) members: Vec<Member>,
}

impl Block {
    /// The block with other members.
    pub(crate) fn with_members(&self, members: impl Iterator<Item = TokenStream>) -> TokenStream {
        let mut header = self.header.clone();
        header.attrs.extend(self.inner_attrs.iter().cloned());
        header.items = vec![ImplItem::Verbatim(members.collect())];
        header.into_token_stream()
    }
}

/// An item in an `impl` block.
pub(crate) enum Member {
    Method(Box<Function>),
    Other(Box<ImplItem>),
}

impl Parse for Block {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut tokens: Vec<TokenTree> = input.parse::<TokenStream>()?.into_iter().collect();
        let Some(TokenTree::Group(braces)) = tokens.pop() else {
            return Err(input.error("expected an `impl` block"));
        };
        if braces.delimiter() != Delimiter::Brace {
            return Err(input.error("expected an `impl` block"));
        }
        let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
        empty.set_span(braces.span());
        tokens.push(empty.into());
        let header = syn::parse2(tokens.into_iter().collect())?;
        let content = |input: ParseStream<'_>| {
            let inner_attrs = Attribute::parse_inner(input)?;
            let mut members = Vec::new();
            while !input.is_empty() {
                members.push(input.parse()?);
            }
            Ok((inner_attrs, members))
        };
        let (inner_attrs, members) = content.parse2(braces.stream())?;
        Ok(Self {
            header,
            inner_attrs,
            members,
        })
    }
}

impl Parse for Member {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        match parse_if_next::<Function>(input) {
            Some(mut method) => {
                let nested = method.attrs.extract_if(.., |attr| is_grpc_stream(attr));
                method.grpc.extend(nested);
                Ok(Self::Method(Box::new(method)))
            }
            None => input.parse().map(Box::new).map(Self::Other),
        }
    }
}

/// Whether it is this macro, by whatever path.
pub(crate) fn is_grpc_stream(attr: &Attribute) -> bool {
    let last = attr.path().segments.last();
    last.is_some_and(|segment| segment.ident == "grpc_stream")
}

/// Parses a `T` if one comes next; otherwise the input does not move.
fn parse_if_next<T: Parse>(input: ParseStream<'_>) -> Option<T> {
    use syn::parse::discouraged::Speculative;
    let ahead = input.fork();
    let parsed = ahead.parse::<T>().ok()?;
    input.advance_to(&ahead);
    Some(parsed)
}
