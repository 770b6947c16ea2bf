//! Searches tokens without parsing them.

use proc_macro2::{Ident, TokenStream, TokenTree};

/// All tokens in order, including those in groups but not the groups themselves.
pub(crate) fn flat(tokens: TokenStream) -> Vec<TokenTree> {
    let mut flattened = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => flattened.extend(flat(group.stream())),
            token => flattened.push(token),
        }
    }
    flattened
}

pub(crate) fn is_punct(token: Option<&TokenTree>, char: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

pub(crate) fn is_word(token: Option<&TokenTree>, word: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == word)
}

/// Whether `ident` occurs in `tokens` as the first or only segment of a path.
pub(crate) fn name_first(tokens: TokenStream, ident: &Ident) -> bool {
    let tokens = flat(tokens);
    let mut places = tokens.iter().enumerate();
    places.any(|(place, token)| {
        let follows_colon = place > 0 && is_punct(tokens.get(place - 1), ':');
        matches!(token, TokenTree::Ident(word) if word == ident) && !follows_colon
    })
}

#[cfg(test)]
mod tests {
    use quote::{format_ident, quote};

    use super::*;

    #[test]
    fn finds_the_first_segment_of_a_path() {
        let item = format_ident!("Item");
        for tokens in [
            quote!(Item),
            quote!(Request<Item>),
            quote!((u8, [Item::X; 2])),
        ] {
            assert!(name_first(tokens.clone(), &item), "{tokens}");
        }
        for tokens in [quote!(Items), quote!(Request<pb::Item>), quote!(::pb::Item)] {
            assert!(!name_first(tokens.clone(), &item), "{tokens}");
        }
    }
}
