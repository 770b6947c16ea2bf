//! Spans for generated code, so that the compiler's messages point at the user's.

use proc_macro2::{Group, Span, TokenStream, TokenTree};

/// The span of the first token.
pub(super) fn start(tokens: &TokenStream) -> Span {
    let first = tokens.clone().into_iter().next();
    first.map_or_else(Span::call_site, |token| token.span())
}

/// The span of the last token.
pub(super) fn end(tokens: &TokenStream) -> Span {
    let last = tokens.clone().into_iter().last();
    last.map_or_else(Span::call_site, |token| token.span())
}

/// Sets the spans of generated tokens: `last` for the last of them, `first` for the others. Name resolution does not
/// change.
pub(super) fn relocate(tokens: TokenStream, first: Span, last: Span) -> TokenStream {
    let mut moved: Vec<TokenTree> = tokens
        .into_iter()
        .map(|token| move_to(token, first))
        .collect();
    if let Some(token) = moved.pop() {
        moved.push(move_to(token, last));
    }
    moved.into_iter().collect()
}

fn move_to(token: TokenTree, place: Span) -> TokenTree {
    let span = token.span().located_at(place);
    let mut token = match token {
        TokenTree::Group(group) => {
            let stream = relocate(group.stream(), place, place);
            TokenTree::Group(Group::new(group.delimiter(), stream))
        }
        token => token,
    };
    token.set_span(span);
    token
}
