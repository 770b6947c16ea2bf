//! The user's item, without `#[grpc(…)]`, with bodies for handlers in Python, and one lint allowed.

use proc_macro2::TokenStream;
use quote::quote;

use super::krate::Crate;
use crate::item::{Body, Function, Item, Member};
use crate::model::{Method, Owner, Service};

pub(super) fn item(item: &Item, service: &Service, krate: &Crate) -> TokenStream {
    let mut methods = service.methods.iter().enumerate();
    let mut function = |written: &Function| {
        let method = methods.next();
        match &written.body {
            Body::Block(body) => written.with_body(body),
            Body::None(_) => written.with_body(method.map(|(index, method)| {
                let service = self_type(service);
                python_body(index, method, &service, krate)
            })),
        }
    };
    let item = match item {
        Item::Function(item) => function(item),
        Item::Block(item) => item.with_members(item.members.iter().map(|member| match member {
            Member::Method(method) => function(method),
            Member::Other(item) => quote!(#item),
        })),
        Item::Other(item) => item.tokens.clone(),
    };
    // A handler has to be async, whether or not it awaits anything.
    quote!(#[allow(clippy::unused_async)] #item)
}

/// The type of the service inside its handlers.
fn self_type(service: &Service) -> TokenStream {
    match &service.owner {
        Owner::Struct { name, .. } => quote!(#name),
        Owner::Type(_) => quote!(Self),
    }
}

fn python_body(index: usize, method: &Method, service: &TokenStream, krate: &Crate) -> TokenStream {
    let request = method.python.as_ref().map(|python| &python.parameter);
    quote!({
        #krate::__private::call_python::<#service, #index, _>(#request).await
    })
}
