//! The annotated item.

mod block;
mod cfg_attr;
mod function;
mod other;

use proc_macro2::TokenStream;
use syn::parse::Parse;

pub(crate) use block::{Block, Member, is_grpc_stream};
pub(crate) use cfg_attr::{conditional, hidden};
pub(crate) use function::{Body, Function};
pub(crate) use other::Other;

/// The item by its kind.
pub(crate) enum Item {
    Function(Box<Function>),
    Block(Box<Block>),
    /// Anything else, which is refused.
    Other(Other),
}

/// Parses the item. If it is no Rust item at all, the compiler reports it.
pub(crate) fn read(tokens: TokenStream) -> Item {
    if let Some(function) = parse(&tokens) {
        Item::Function(Box::new(function))
    } else if let Some(block) = parse(&tokens) {
        Item::Block(Box::new(block))
    } else {
        Item::Other(Other::new(tokens))
    }
}

fn parse<T: Parse>(tokens: &TokenStream) -> Option<T> {
    syn::parse2(tokens.clone()).ok()
}
