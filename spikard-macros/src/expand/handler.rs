//! The handler of one method, as a function of the service and of a call.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::krate::Crate;
use crate::model::{Method, Owner, Service};

/// A closure that captures nothing: `|service, call, target| …`.
pub(super) fn handler(method: &Method, service: &Service, krate: &Crate) -> TokenStream {
    let Method {
        cfgs,
        function,
        request,
        result,
        ..
    } = method;
    let call = if let Some(python) = &method.python {
        let callable = &python.callable;
        quote!(|_, call, target| call.run_python::<#request, #result>(target, #callable))
    } else if let Owner::Struct { .. } = service.owner {
        quote!(|_, call, target| call.run::<#request, #result, _, _>(target, #function))
    } else {
        let span = Span::mixed_site().located_at(function.span());
        let this = Ident::new("service", span);
        // What the compiler says of the future, that it is not `Send`, it says at the method's name.
        let handler = quote_spanned! {span=>
            move |request| async move { <Self>::#function(&#this, request).await }
        };
        quote!(|#this, call, target| call.run::<#request, #result, _, _>(target, #handler))
    };
    let _ = krate;
    quote!(#(#cfgs)* #call)
}
