//! Types that stand outside of the function too, where nothing can be borrowed or inferred.

use proc_macro2::{Span, TokenStream, TokenTree};

use crate::report::Report;
use crate::tokens::walk;

/// What is written instead of a type that cannot be named outside of the function.
pub(super) struct Advice {
    pub(super) opaque: &'static str,
    pub(super) borrowed: &'static str,
}

pub(super) const REQUEST: Advice = Advice {
    opaque: "the kind of an RPC comes from the type of its request: name the type instead of `impl`",
    borrowed: "a handler owns its request: take it by value, without a reference or a lifetime",
};

pub(super) const RESULT: Advice = Advice {
    opaque: "the kind of an RPC comes from the type of its response: name the type instead of `impl`",
    borrowed: "what a handler returns outlives the call: return owned values, without a reference or a lifetime",
};

pub(super) const STATE: Advice = Advice {
    opaque: "a service is one type: name it instead of `impl`",
    borrowed: "a service lives as long as its server: leave out the lifetime, and share what it borrows in an `Arc`",
};

/// Reports the first `impl`, `&` or lifetime in a type.
pub(super) fn nameable(ty: TokenStream, advice: &Advice, report: &mut Report) {
    let mut found: Option<(Span, &str)> = None;
    walk(ty, &mut |before, token| {
        let message = match token {
            TokenTree::Ident(word) if word == "impl" => advice.opaque,
            TokenTree::Ident(word) if is_quote(before) && word != "static" => advice.borrowed,
            TokenTree::Punct(punct) if punct.as_char() == '&' => advice.borrowed,
            _ => return,
        };
        found.get_or_insert((token.span(), message));
    });
    if let Some((span, message)) = found {
        report.at(span, message);
    }
}

/// Whether a type has `_` where the compiler would have to find the type; it says so itself.
pub(super) fn has_hole(ty: TokenStream) -> bool {
    let mut found = false;
    walk(ty, &mut |before, token| {
        found |= matches!(token, TokenTree::Ident(word) if word == "_") && !is_quote(before);
    });
    found
}

fn is_quote(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == '\'')
}
