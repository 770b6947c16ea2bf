//! Ties handlers to a service that spikard-build generated from a `.proto`, and checks them against it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;
use syn::ext::IdentExt;

use super::krate::Crate;
use super::owner;
use super::place::{self, relocate};
use super::written::written;
use crate::model::{Method, Service, ServiceName};

/// The full name of the service, a constant expression.
pub(super) fn service_name(service: &Service, krate: &Crate) -> TokenStream {
    match &service.name {
        ServiceName::Text(text) => quote!(#text),
        ServiceName::Module(_) => {
            let ty = owner::ty(service);
            quote!(#krate::__private::service_name::<#ty>())
        }
    }
}

/// The name of the method at `index`, a constant expression.
pub(super) fn method_name(
    index: usize,
    method: &Method,
    service: &Service,
    krate: &Crate,
) -> TokenStream {
    match &service.name {
        ServiceName::Text(_) => {
            let rpc = &method.rpc;
            quote!(#rpc)
        }
        ServiceName::Module(_) => {
            let ty = owner::ty(service);
            quote!(#krate::__private::method_name::<#ty, #index>())
        }
    }
}

/// What is generated beside the service if it is given as a module.
pub(super) fn implementations(service: &Service, krate: &Crate) -> TokenStream {
    let ServiceName::Module(module) = &service.name else {
        return TokenStream::new();
    };
    let declaration = declaration(module, service, krate);
    let methods = service.methods.iter().enumerate();
    let methods = methods.map(|(index, method)| handled(index, method, service, krate));
    let distinct = distinct(service, krate);
    quote!(#declaration #(#methods)* #distinct)
}

/// The service of the module. A module that is not a service's has no `__Service`: the name then resolves to
/// `NotAService` of the outer scope, and the error is reported at the path.
fn declaration(module: &Path, service: &Service, krate: &Crate) -> TokenStream {
    let (ty, cfgs) = (owner::ty(service), &service.cfgs);
    let path = written(module);
    let check = quote!(#krate::__private::check_service::<#ty>(#path));
    let tokens = quote!(#module);
    let check = relocate(check, place::start(&tokens), place::end(&tokens));
    quote! {
        #(#cfgs)*
        #[allow(deprecated, unused_imports, non_local_definitions)]
        const _: () = {
            // The scope with the names of the module names nothing of the user's.
            type __SpikardOwner = #ty;
            use #krate::__private as __spikard;
            use __spikard::NotAService as __Service;
            const _: () = {
                use #module::*;
                impl __spikard::Declared for __SpikardOwner {
                    type Service = __Service;
                }
            };
        };

        #(#cfgs)*
        #[allow(deprecated)]
        const _: () = #check;
    }
}

/// The method of a handler, and the checks of its types, each reported at that type.
fn handled(index: usize, method: &Method, service: &Service, krate: &Crate) -> TokenStream {
    let Method {
        request, result, ..
    } = method;
    let cfgs = service.cfgs.iter().chain(&method.cfgs);
    let cfgs = quote!(#(#cfgs)*);
    let ty = owner::ty(service);
    let find = find(method, service, krate);
    let check = |check: TokenStream, tokens: &TokenStream| {
        let written = written(tokens);
        let check = quote!(#krate::__private::#check::<#ty, #index, _>(#written));
        relocate(check, place::start(tokens), place::end(tokens))
    };
    let check_request = check(quote!(check_request), request);
    let check_response = check(quote!(check_response), result);
    let method = quote!(<#ty as #krate::__private::DeclaredMethod<#index>>::Method);
    let expected = quote!(<#method as #krate::proto::Method>);
    quote! {
        #cfgs
        #[allow(deprecated)]
        impl #krate::__private::DeclaredMethod<#index> for #ty {
            type Method = <
                <#ty as #krate::__private::Declared>::Service as #krate::__private::MethodAt<{ #find }>
            >::Method;
        }

        #cfgs
        #[allow(deprecated)]
        impl #krate::__private::DeclaredRpc<#index, fn(#request) -> #result> for #ty {
            const TAKES: ::core::primitive::bool = {
                #[allow(unused_imports)]
                use #krate::__private::Differs as _;
                #krate::__private::Takes::<#request, #expected::Request>::SAME
                    || #krate::__private::Takes::<#request, #krate::__private::Bytes>::SAME
            };

            const RETURNS: ::core::primitive::bool = {
                #[allow(unused_imports)]
                use #krate::__private::Differs as _;
                #krate::__private::Returns::<#result, #expected::Response>::SAME
                    || #krate::__private::Returns::<#result, #krate::__private::Bytes>::SAME
            };
        }

        #cfgs
        #[allow(deprecated)]
        const _: () = #check_request;
        #cfgs
        #[allow(deprecated)]
        const _: () = #check_response;
    }
}

/// The index of the method in the `.proto`, by its given name or that of the function.
fn find(method: &Method, service: &Service, krate: &Crate) -> TokenStream {
    let (ty, rpc) = (owner::ty(service), &method.rpc);
    let (find, place) = match method.given {
        Some(place) => (quote!(#krate::__private::find_named::<#ty>(#rpc)), place),
        None => {
            let function = method.function.unraw().to_string();
            (
                quote!(#krate::__private::find_for::<#ty>(#function, #rpc)),
                method.function.span(),
            )
        }
    };
    relocate(find, place, place)
}

/// Checks that no two handlers of a block serve the same method, which functions of different names may.
fn distinct(service: &Service, krate: &Crate) -> TokenStream {
    let [_, _, ..] = &service.methods[..] else {
        return TokenStream::new();
    };
    let (ty, cfgs) = (owner::ty(service), &service.cfgs);
    let handlers = service.methods.iter().enumerate().map(|(index, method)| {
        let (cfgs, function) = (&method.cfgs, method.function.to_string());
        let name = method_name(index, method, service, krate);
        quote!(#(#cfgs)* (#function, #name))
    });
    let check = quote!(#krate::__private::distinct(&[#(#handlers),*]));
    let check = relocate(check, place::start(&ty), place::end(&ty));
    quote! {
        #(#cfgs)*
        #[allow(deprecated)]
        const _: () = #check;
    }
}
