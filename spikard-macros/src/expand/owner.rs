//! The type of the service.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::place::relocate;
use super::written::written;
use crate::model::{Owner, Service, ServiceName};
use crate::name::is_type_name;

/// The struct for a function; a block has a type already.
pub(super) fn declaration(service: &Service) -> TokenStream {
    let (Owner::Struct { vis, name }, [method]) = (&service.owner, &service.methods[..]) else {
        return TokenStream::new();
    };
    let cfgs = &service.cfgs;
    let handled = match &service.name {
        ServiceName::Text(text) => format!("`{}/{}`", text.value(), method.rpc),
        // Not a link: the module may be more private than the function.
        ServiceName::Module(path) => format!("a method of `{}`", written(path)),
    };
    // In a link, `#` starts a fragment.
    let (function, target) = (&method.function, method.function.unraw());
    let doc = format!("The gRPC service of [`{function}`](fn@{target}), which handles {handled}.");
    // Only if needed: under `forbid`, `allow` is an error.
    let camel_case =
        (!is_type_name(&name.unraw().to_string())).then(|| quote!(#[allow(non_camel_case_types)]));
    // Two structs of one name are reported at the names.
    let place = name.span();
    let structure = relocate(quote!(#vis struct #name;), place, place);
    quote! {
        #(#cfgs)*
        #[doc = #doc]
        #camel_case
        #[derive(
            ::core::clone::Clone,
            ::core::marker::Copy,
            ::core::fmt::Debug,
            ::core::default::Default,
        )]
        #structure
    }
}

/// The type of the service.
pub(super) fn ty(service: &Service) -> TokenStream {
    match &service.owner {
        Owner::Struct { name, .. } => quote!(#name),
        Owner::Type(ty) => ty.clone(),
    }
}
