//! The path of spikard in the user's program.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Path;

use crate::model::Service;

/// A path to the crate `spikard`.
pub(crate) struct Crate(TokenStream);

impl Crate {
    /// The path that is given for a service, or the name of the crate in Cargo.toml.
    pub(super) fn of(service: &Service) -> Self {
        Self::found_at(service.krate.as_ref())
    }

    /// The given path, or the name of the crate in Cargo.toml.
    pub(crate) fn found_at(path: Option<&Path>) -> Self {
        Self(path.map_or_else(found, ToTokens::to_token_stream))
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
