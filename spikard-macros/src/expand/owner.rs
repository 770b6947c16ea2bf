//! The type that is the service.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Owner, Service};

/// The struct that stands for a function; the type of a block is there already.
pub(super) fn declaration(service: &Service) -> TokenStream {
    let (Owner::Struct { vis, name }, [method]) = (&service.owner, &service.methods[..]) else {
        return TokenStream::new();
    };
    let cfgs = &service.cfgs;
    let doc = format!(
        "The gRPC service of [`{}`], which handles `{}/{}`.",
        method.function,
        service.name.value(),
        method.rpc
    );
    quote! {
        #(#cfgs)*
        #[doc = #doc]
        #[allow(non_camel_case_types, unreachable_pub)]
        #[derive(
            ::core::clone::Clone,
            ::core::marker::Copy,
            ::core::fmt::Debug,
            ::core::default::Default,
        )]
        #vis struct #name;
    }
}

/// The type of the service.
pub(super) fn ty(service: &Service) -> TokenStream {
    match &service.owner {
        Owner::Struct { name, .. } => quote!(#name),
        Owner::Type(ty) => ty.clone(),
    }
}
