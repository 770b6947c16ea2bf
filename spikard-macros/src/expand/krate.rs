//! Where the user's program has spikard.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::model::Service;

/// A path to the crate `spikard`.
pub(super) struct Crate(TokenStream);

impl Crate {
    /// The path that was given, or else the name that Cargo.toml has for the crate.
    pub(super) fn of(service: &Service) -> Self {
        Self(match &service.krate {
            Some(path) => path.to_token_stream(),
            None => found(),
        })
    }
}

/// The crate itself says `extern crate self as spikard`. Where Cargo.toml does not name it, the
/// compiler's own message for `::spikard` is the best there is.
fn found() -> TokenStream {
    match crate_name("spikard") {
        Ok(FoundCrate::Name(name)) => {
            let name = Ident::new(&name, Span::call_site());
            quote!(::#name)
        }
        Ok(FoundCrate::Itself) | Err(_) => quote!(::spikard),
    }
}

impl ToTokens for Crate {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}
