//! Ties handlers to a service that spikard-build generated from a `.proto`, and checks them against it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Attribute, Path};

use super::checked::Checks;
use super::krate::Crate;
use super::owner;
use super::place::{self, relocate};
use super::written::written;
use crate::model::{Method, Service, ServiceName};

/// The full name of the service, a constant expression in an `impl` of it.
pub(super) fn service_name(service: &Service, krate: &Crate) -> TokenStream {
    match &service.name {
        ServiceName::Text(text) => quote!(#text),
        ServiceName::Module(_) => {
            quote!(#krate::__private::service_name::<Self>())
        }
    }
}

/// The methods that the `.proto` gives the service, where it is known.
pub(super) fn all_methods(service: &Service, krate: &Crate) -> TokenStream {
    match &service.name {
        ServiceName::Text(_) => TokenStream::new(),
        ServiceName::Module(_) => quote! {
            const DECLARED: &'static [&'static ::core::primitive::str] =
                #krate::__private::declared_methods::<Self>();
        },
    }
}

/// The name of the method at `index`, a constant expression in an `impl` of the service.
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
            quote!(#krate::__private::method_name::<Self, #index>())
        }
    }
}

/// What is generated beside the service if it is given as a module.
pub(super) fn implementations(
    service: &Service,
    krate: &Crate,
    checks: &mut Checks<'_>,
) -> TokenStream {
    let ServiceName::Module(module) = &service.name else {
        return TokenStream::new();
    };
    let declaration = declaration(module, service, krate, checks);
    let methods = service.methods.iter().enumerate();
    let methods = methods
        .map(|(index, method)| handled(index, method, service, krate, checks))
        .collect::<Vec<_>>();
    let distinct = distinct(service, krate, checks);
    let complete = complete(service, krate, checks);
    quote!(#declaration #(#methods)* #distinct #complete)
}

/// The service of the module. A module that is not a service's has no `__Service`: the name then resolves to
/// `NotAService` of the outer scope, and the error is reported at the path.
fn declaration(
    module: &Path,
    service: &Service,
    krate: &Crate,
    checks: &mut Checks<'_>,
) -> TokenStream {
    let (ty, cfgs) = (owner::ty(service), &service.cfgs);
    let path = written(module);
    let check = quote!(#krate::__private::check_service::<Self>(#path));
    let tokens = quote!(#module);
    let check = relocate(check, place::start(&tokens), place::end(&tokens));
    let check = checks.add(&check, cfgs);
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

        #check
    }
}

/// The method of a handler, and the checks of its types, each reported at that type.
fn handled(
    index: usize,
    method: &Method,
    service: &Service,
    krate: &Crate,
    checks: &mut Checks<'_>,
) -> TokenStream {
    let Method {
        request, result, ..
    } = method;
    let cfgs: Vec<&Attribute> = service.cfgs.iter().chain(&method.cfgs).collect();
    let ty = owner::ty(service);
    let find = find(method, krate);
    let mut check = |check: TokenStream, tokens: &TokenStream| {
        let written = written(tokens);
        let check = quote!(#krate::__private::#check::<Self, #index, _>(#written));
        let check = relocate(check, place::start(tokens), place::end(tokens));
        checks.add(&check, cfgs.iter().copied())
    };
    let check_request = check(quote!(check_request), request);
    let check_response = check(quote!(check_response), result);
    let method = quote!(<Self as #krate::__private::DeclaredMethod<#index>>::Method);
    let expected = quote!(<#method as #krate::proto::Method>);
    quote! {
        #(#cfgs)*
        #[allow(deprecated)]
        impl #krate::__private::DeclaredMethod<#index> for #ty {
            type Method = <
                <Self as #krate::__private::Declared>::Service as #krate::__private::MethodAt<{ #find }>
            >::Method;
        }

        #(#cfgs)*
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

        #check_request
        #check_response
    }
}

/// The index of the method in the `.proto`, by its given name or that of the function.
fn find(method: &Method, krate: &Crate) -> TokenStream {
    let rpc = &method.rpc;
    let (find, place) = match method.given {
        Some(place) => (quote!(#krate::__private::find_named::<Self>(#rpc)), place),
        None => {
            let function = method.function.unraw().to_string();
            (
                quote!(#krate::__private::find_for::<Self>(#function, #rpc)),
                method.function.span(),
            )
        }
    };
    relocate(find, place, place)
}

/// Checks that no two handlers of a block serve the same method, which functions of different names may.
fn distinct(service: &Service, krate: &Crate, checks: &mut Checks<'_>) -> TokenStream {
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
    checks.add(&check, cfgs)
}

/// Checks that the block has all methods of the service, where it says so.
fn complete(service: &Service, krate: &Crate, checks: &mut Checks<'_>) -> TokenStream {
    let Some(place) = service.complete else {
        return TokenStream::new();
    };
    let handlers = service.methods.iter().enumerate().map(|(index, method)| {
        let (cfgs, name) = (&method.cfgs, method_name(index, method, service, krate));
        quote!(#(#cfgs)* #name)
    });
    let check = quote!(#krate::__private::complete::<Self>(&[#(#handlers),*]));
    let check = relocate(check, place, place);
    checks.add(&check, &service.cfgs)
}
