//! What the service says of each method.

use proc_macro2::TokenStream;
use quote::quote;

use super::krate::Crate;
use crate::model::{Method, Owner, Service};

/// The `MethodInfo` of a method.
pub(super) fn info(method: &Method, service: &Service, krate: &Crate) -> TokenStream {
    let Method {
        cfgs,
        rpc,
        request,
        result,
        limits,
        ..
    } = method;
    let handler = handler(method, service, krate);
    let limits = limits.setters();
    quote! {
        #(#cfgs)*
        #krate::MethodInfo::of::<#request, #result>(
            #rpc,
            #krate::MethodOptions::new() #limits,
            #handler,
        )
    }
}

/// What handles the method, as messages name it.
fn handler(method: &Method, service: &Service, krate: &Crate) -> TokenStream {
    if let Some(python) = &method.python {
        let callable = &python.callable;
        return quote!(#krate::Handler::Python(::std::borrow::Cow::Borrowed(#callable)));
    }
    let function = &method.function;
    let path = match &service.owner {
        Owner::Struct { .. } => format!("::{function}"),
        Owner::Type(ty) => format!("::{}::{function}", compact(ty)),
    };
    quote! {
        #krate::Handler::Rust(::std::borrow::Cow::Borrowed(
            ::core::concat!(::core::module_path!(), #path)
        ))
    }
}

/// A type as it is usually written, without the spaces between its tokens.
fn compact(ty: &TokenStream) -> String {
    ty.to_string().replace(' ', "")
}
