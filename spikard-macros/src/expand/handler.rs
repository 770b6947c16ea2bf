//! The handler of one method: what is said of it, and how a call gets to it.

use proc_macro2::TokenStream;
use quote::quote;

use super::krate::Crate;
use super::place::relocate;
use super::written::written;
use crate::model::{Method, Owner, Service};

/// What handles the method, as messages name it.
pub(super) fn name(method: &Method, service: &Service, krate: &Crate) -> TokenStream {
    if let Some(python) = &method.python {
        let callable = &python.callable;
        return quote!(#krate::Handler::Python(::std::borrow::Cow::Borrowed(#callable)));
    }
    let function = &method.function;
    let path = match &service.owner {
        Owner::Struct { .. } => format!("::{function}"),
        Owner::Type(ty) => format!("::{}::{function}", written(ty)),
    };
    quote! {
        #krate::Handler::Rust(::std::borrow::Cow::Borrowed(
            ::core::concat!(::core::module_path!(), #path)
        ))
    }
}

/// `|service, call| …`, which captures nothing.
///
/// What the compiler says of the handler's future, that it is not `Send`, it says at its name.
pub(super) fn entry(
    index: usize,
    method: &Method,
    service: &Service,
    krate: &Crate,
) -> TokenStream {
    if method.python.is_some() {
        return quote!(|_, call| #krate::__private::answer_in_python::<Self, #index, _>(call));
    }
    let function = &method.function;
    let handler = match &service.owner {
        Owner::Struct { .. } => quote!(|_, request| #function(request)),
        Owner::Type(_) => quote! {
            |service, request| async move { <Self>::#function(&service, request).await }
        },
    };
    let entry = quote! {
        |service, call| #krate::__private::answer::<Self, #index, _, _, _>(service, call, #handler)
    };
    let name = function.span();
    relocate(entry, name, name)
}
