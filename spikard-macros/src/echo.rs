//! The user's item beside the errors, so that it still exists for the rest of the program and for editors, and its uses
//! do not fail as well.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ReturnType;

use crate::item::{Block, Body, Function, Item, Member};
use crate::report::Report;
use crate::tokens::{flat, is_word};

pub(crate) fn item(item: &Item, report: Report) -> TokenStream {
    let errors = report.into_tokens();
    let item = match item {
        Item::Function(item) => function(item),
        Item::Block(item) => block(item),
        Item::Other(item) => item.tokens.clone(),
    };
    quote!(#item #errors)
}

/// The function, without what would be reported a second time.
fn function(function: &Function) -> TokenStream {
    let mut function = function.clone();
    if function.sig.asyncness.is_none() {
        function.sig.constness = None;
    }
    function.sig.variadic = None;
    match &function.body {
        Body::Block(body) => function.with_body(body),
        // Of any type except an opaque one, and without a warning of its own.
        Body::None(_) => {
            let output = flat(function.sig.output.to_token_stream());
            if output.iter().any(|token| is_word(Some(token), "impl")) {
                function.sig.output = ReturnType::Default;
            }
            let function = function.with_body(quote!({ ::core::unreachable!() }));
            quote!(#[allow(unused_variables, unreachable_code)] #function)
        }
    }
}

fn block(block: &Block) -> TokenStream {
    let members = block.members.iter().map(|member| match member {
        Member::Method(method) => function(method),
        Member::Other(item) => item.to_token_stream(),
    });
    block.with_members(members)
}
