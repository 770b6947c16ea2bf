//! `impl Rpc`, the only place that names the types of a handler: a wrong type is then one error, at that type.

use proc_macro2::TokenStream;
use quote::quote;

use super::krate::Crate;
use super::place::{self, relocate};
use super::{declared, owner};
use crate::attr::UnknownLimit;
use crate::model::{Method, Service};

/// The `impl` for the method at `index`.
pub(super) fn implementation(
    index: usize,
    method: &Method,
    service: &Service,
    krate: &Crate,
) -> TokenStream {
    let Method {
        request,
        result,
        limits,
        python,
        ..
    } = method;
    let cfgs = service.cfgs.iter().chain(&method.cfgs);
    let cfgs = quote!(#(#cfgs)*);
    let (ty, name) = (owner::ty(service), declared::service_name(service, krate));
    let rpc = declared::method_name(index, method, service, krate);
    let setters = limits.setters();
    let callable = python.as_ref().map(|python| {
        let callable = &python.callable;
        quote!(const CALLABLE: &'static ::core::primitive::str = #callable;)
    });
    // Handlers in Python take raw messages.
    let layout = python.is_none().then(|| layout(krate));
    let rpc_trait = match python {
        Some(_) => quote!(PythonRpc),
        None => quote!(Rpc),
    };
    let kind = quote!(#krate::__private::kind::<#ty, #index, _>());
    let kind = relocate(kind, place::start(result), place::end(result));
    let limits_above_zero = limits.unknown().map(|limit| {
        let UnknownLimit {
            field,
            is_time,
            value,
            advice,
        } = limit;
        let check = if is_time {
            quote!(time_above_zero)
        } else {
            quote!(count_above_zero)
        };
        let options = quote!(#krate::__private::options::<#ty, #index, _>());
        let check = quote!(#krate::__private::#check(#options.#field, #advice));
        let check = relocate(check, place::start(value), place::end(value));
        quote! {
            #cfgs
            #[allow(deprecated)]
            const _: () = #check;
        }
    });
    quote! {
        #cfgs
        #[allow(deprecated)]
        impl #krate::__private::#rpc_trait<#index, fn(#request) -> #result> for #ty {
            type Request = #request;
            type Result = #result;

            const SERVICE: &'static ::core::primitive::str = #name;
            const METHOD: &'static ::core::primitive::str = #rpc;
            const OPTIONS: #krate::MethodOptions = #krate::MethodOptions::new() #setters;
            #callable
            #layout
        }

        // Evaluated at compile time: fails if the types of request and result do not match.
        #cfgs
        #[allow(deprecated)]
        const _: #krate::Kind = #kind;

        #(#limits_above_zero)*
    }
}

/// What the messages of the request take in memory, if their type says so.
fn layout(krate: &Crate) -> TokenStream {
    quote! {
        const LAYOUT: #krate::__private::LayoutOf = {
            #[allow(unused_imports)]
            use #krate::__private::UnknownFootprint as _;
            #krate::__private::RequestFootprint::<Self::Request>::LAYOUT
        };
    }
}
