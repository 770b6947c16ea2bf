//! `impl GrpcService`: the methods of the service, and their handlers.

use proc_macro2::TokenStream;
use quote::quote;

use super::krate::Crate;
use super::{declared, handler, owner};
use crate::model::Service;

pub(super) fn implementation(service: &Service, krate: &Crate) -> TokenStream {
    let Service { cfgs, methods, .. } = service;
    let (ty, name) = (owner::ty(service), declared::service_name(service, krate));
    let infos = methods.iter().enumerate().map(|(index, method)| {
        let cfgs = &method.cfgs;
        let handler = handler::name(method, service, krate);
        quote!(#(#cfgs)* #krate::__private::method::<Self, #index, _>(#handler))
    });
    let entries = methods.iter().enumerate().map(|(index, method)| {
        let cfgs = &method.cfgs;
        let entry = handler::entry(index, method, service, krate);
        quote!(#(#cfgs)* #entry)
    });
    let declared = declared::all_methods(service, krate);
    quote! {
        #(#cfgs)*
        #[allow(deprecated)]
        impl #krate::GrpcService for #ty {
            const NAME: &'static ::core::primitive::str = #name;

            const METHODS: &'static [#krate::MethodInfo] = &[#(#infos),*];
            #declared

            fn call(
                self: ::std::sync::Arc<Self>,
                __spikard_index: ::core::primitive::usize,
                __spikard_call: #krate::__private::ServerCall,
            ) -> #krate::__private::ResponseFuture {
                // One for each of `METHODS`, under the same `cfg`s.
                let __spikard_handlers: &[fn(
                    ::std::sync::Arc<Self>,
                    #krate::__private::ServerCall,
                ) -> #krate::__private::ResponseFuture] = &[#(#entries),*];
                __spikard_handlers[__spikard_index](self, __spikard_call)
            }
        }
    }
}
