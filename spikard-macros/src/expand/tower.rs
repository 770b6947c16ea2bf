//! The traits of tower and tonic, for other servers than spikard's.

use proc_macro2::TokenStream;
use quote::quote;

use super::krate::Crate;
use super::{declared, owner};
use crate::model::{Owner, Service};

pub(super) fn implementations(service: &Service, krate: &Crate) -> TokenStream {
    let Service { cfgs, .. } = service;
    let (ty, name) = (owner::ty(service), declared::service_name(service, krate));
    // spikard's own server does not require that the state is `Clone`. The `for` defers the bound until the
    // implementation is used.
    let bound = match &service.owner {
        Owner::Struct { .. } => TokenStream::new(),
        Owner::Type(ty) => quote!(where for<'a> #ty: ::core::clone::Clone),
    };
    quote! {
        #(#cfgs)*
        #[allow(deprecated)]
        impl #krate::__private::NamedService for #ty {
            const NAME: &'static ::core::primitive::str = #name;
        }

        #(#cfgs)*
        #[allow(deprecated)]
        impl #krate::__private::Service<
            #krate::__private::http::Request<#krate::__private::Body>,
        > for #ty #bound {
            type Response = #krate::__private::http::Response<#krate::__private::Body>;
            type Error = #krate::__private::Infallible;
            type Future = #krate::__private::ResponseFuture;

            fn poll_ready(
                &mut self,
                _: &mut ::core::task::Context<'_>,
            ) -> ::core::task::Poll<::core::result::Result<(), Self::Error>> {
                ::core::task::Poll::Ready(::core::result::Result::Ok(()))
            }

            fn call(
                &mut self,
                __spikard_request: #krate::__private::http::Request<#krate::__private::Body>,
            ) -> Self::Future {
                #krate::__private::serve(self, __spikard_request)
            }
        }
    }
}
