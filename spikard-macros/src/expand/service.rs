//! `impl GrpcService`: what the service has, and which handler answers.

use proc_macro2::TokenStream;
use quote::quote;

use super::krate::Crate;
use super::{handler, methods, owner};
use crate::model::Service;

pub(super) fn implementation(service: &Service, krate: &Crate) -> TokenStream {
    let Service { cfgs, name, .. } = service;
    let ty = owner::ty(service);
    let infos = service
        .methods
        .iter()
        .map(|method| methods::info(method, service, krate));
    let handlers = service
        .methods
        .iter()
        .map(|method| handler::handler(method, service, krate));
    quote! {
        #(#cfgs)*
        impl #krate::GrpcService for #ty {
            const NAME: &'static ::core::primitive::str = #name;

            const METHODS: &'static [#krate::MethodInfo] = &[#(#infos),*];

            fn call(
                self: ::std::sync::Arc<Self>,
                index: ::core::primitive::usize,
                call: #krate::__private::ServerCall,
            ) -> #krate::__private::ResponseFuture {
                let method = &<Self as #krate::GrpcService>::METHODS[index];
                let target = #krate::__private::Target::new(
                    <Self as #krate::GrpcService>::NAME,
                    &method.name,
                    method.options,
                );
                // One for each method, in the same order and under the same `cfg`s.
                let handlers: &[fn(
                    ::std::sync::Arc<Self>,
                    #krate::__private::ServerCall,
                    #krate::__private::Target,
                ) -> #krate::__private::ResponseFuture] = &[#(#handlers),*];
                handlers[index](self, call, target)
            }
        }
    }
}
