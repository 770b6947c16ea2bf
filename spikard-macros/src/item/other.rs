//! An item that is neither a function nor an `impl` block.

use proc_macro2::{Span, TokenStream, TokenTree};

use super::{Block, Function};

/// The item, and the keyword that names its kind.
pub(crate) struct Other {
    pub(crate) tokens: TokenStream,
    pub(crate) word: String,
    pub(crate) span: Span,
    /// Why it is not parsed as the function or block that it looks like.
    pub(crate) error: Option<syn::Error>,
}

const WORDS: [&str; 13] = [
    "struct",
    "enum",
    "union",
    "trait",
    "mod",
    "const",
    "static",
    "type",
    "use",
    "macro_rules",
    "impl",
    "fn",
    "extern",
];

impl Other {
    pub(super) fn new(tokens: TokenStream) -> Self {
        let error = |word: &str| match word {
            "fn" => syn::parse2::<Function>(tokens.clone()).err(),
            "impl" => syn::parse2::<Block>(tokens.clone()).err(),
            _ => None,
        };
        let word = tokens.clone().into_iter().find_map(|token| match token {
            TokenTree::Ident(word) => WORDS.iter().any(|known| word == known).then_some(word),
            _ => None,
        });
        let (word, span) = match word {
            Some(word) => (word.to_string(), word.span()),
            None => (String::from("item"), Span::call_site()),
        };
        Self {
            error: error(&word),
            tokens,
            word,
            span,
        }
    }
}
