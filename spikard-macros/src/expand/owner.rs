//! The type that is the service.

use proc_macro2::TokenStream;
use quote::quote;

use super::written::written;
use crate::model::{Owner, Service, ServiceName};

/// The struct that stands for a function; the type of a block is there already.
pub(super) fn declaration(service: &Service) -> TokenStream {
    let (Owner::Struct { vis, name }, [method]) = (&service.owner, &service.methods[..]) else {
        return TokenStream::new();
    };
    let cfgs = &service.cfgs;
    let handled = match &service.name {
        ServiceName::Text(text) => format!("`{}/{}`", text.value(), method.rpc),
        ServiceName::Module(path) => format!("a method of [`{0}`](mod@{0})", written(path)),
    };
    let doc = format!(
        "The gRPC service of [`{}`], which handles {handled}.",
        method.function
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
