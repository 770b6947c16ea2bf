//! Looking through tokens whose grammar does not matter.

use proc_macro2::{Ident, TokenStream, TokenTree};

/// Calls `visit` with every token, those inside of groups as well, and the token before it.
pub(crate) fn walk(tokens: TokenStream, visit: &mut impl FnMut(Option<&TokenTree>, &TokenTree)) {
    let mut before = None;
    for token in tokens {
        visit(before.as_ref(), &token);
        if let TokenTree::Group(group) = &token {
            walk(group.stream(), visit);
        }
        before = Some(token);
    }
}

/// Whether `tokens` name `ident` as the first, or only, segment of a path.
pub(crate) fn name_first(tokens: TokenStream, ident: &Ident) -> bool {
    let mut found = false;
    walk(tokens, &mut |before, token| {
        let after_colon = matches!(before, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
        if let TokenTree::Ident(word) = token {
            found |= !after_colon && word == ident;
        }
    });
    found
}
