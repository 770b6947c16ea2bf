//! The path of spikard in the user's program.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::model::Service;

/// A path to the crate `spikard`.
pub(super) struct Crate(TokenStream);

impl Crate {
    /// The given path, or the name of the crate in Cargo.toml.
    pub(super) fn of(service: &Service) -> Self {
        Self(match &service.krate {
            Some(path) => path.to_token_stream(),
            None => found(),
        })
    }
}

/// The crate itself has `extern crate self as spikard`. If Cargo.toml does not name the crate, the compiler's error for
/// `::spikard` is the best one.
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
