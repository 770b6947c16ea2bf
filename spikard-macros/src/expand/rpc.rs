//! `impl Rpc`, the only place that names the types of a handler: a wrong type is then one error, at that type.

use proc_macro2::TokenStream;
use quote::quote;

use super::checked::Checks;
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
    checks: &mut Checks<'_>,
) -> TokenStream {
    let Method {
        request,
        result,
        options,
        python,
        ..
    } = method;
    let cfgs = service.cfgs.iter().chain(&method.cfgs).collect::<Vec<_>>();
    let (ty, name) = (owner::ty(service), declared::service_name(service, krate));
    let rpc = declared::method_name(index, method, service, krate);
    let setters = options.setters();
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
    let kind = quote!(#krate::__private::kind::<Self, #index, _>());
    let kind = relocate(kind, place::start(result), place::end(result));
    let kind = checks.add(&kind, cfgs.iter().copied());
    let mut limits_above_zero = Vec::new();
    for limit in options.unknown() {
        let UnknownLimit {
            field,
            is_time,
            value,
            advice,
        } = limit;
        // A method under a `cfg` may not be there.
        if method.cfgs.is_empty() && !checks.is_first(value) {
            continue;
        }
        let check = if is_time {
            quote!(time_above_zero)
        } else {
            quote!(count_above_zero)
        };
        let values = quote!(#krate::__private::options::<Self, #index, _>());
        let check = quote!(#krate::__private::#check(#values.#field, #advice));
        let check = relocate(check, place::start(value), place::end(value));
        limits_above_zero.push(checks.add(&check, cfgs.iter().copied()));
    }
    quote! {
        #(#cfgs)*
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

        #kind
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
