//! From the model to code. Nothing here can fail.

mod checked;
mod declared;
mod handler;
mod item;
mod krate;
mod owner;
mod place;
mod rpc;
mod service;
mod tower;
mod written;

use proc_macro2::TokenStream;
use quote::quote;

use crate::item::Item;
use crate::model::Service;
use checked::Checks;
pub(crate) use krate::Crate;

/// The user's item, and the service beside it.
pub(crate) fn service(item: &Item, service: &Service) -> TokenStream {
    let krate = Crate::of(service);
    let item = item::item(item, service, &krate);
    let owner = owner::declaration(service);
    let ty = owner::ty(service);
    let mut checks = Checks::of(&ty, &krate);
    let rpcs = service.methods.iter().enumerate();
    let rpcs: Vec<TokenStream> = rpcs
        .map(|(index, method)| rpc::implementation(index, method, service, &krate, &mut checks))
        .collect();
    let declared = declared::implementations(service, &krate, &mut checks);
    let grpc_service = service::implementation(service, &krate);
    let tower_service = tower::implementations(service, &krate);
    quote!(#item #owner #(#rpcs)* #declared #grpc_service #tower_service)
}
