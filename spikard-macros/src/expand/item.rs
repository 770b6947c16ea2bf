//! The user's item: as it was, but for `#[grpc(…)]` and the bodies of handlers in Python.

use proc_macro2::TokenStream;
use quote::quote;

use super::krate::Crate;
use crate::item::{Body, Function, Item, Member};
use crate::model::{Method, Service};

pub(super) fn item(item: &Item, service: &Service, krate: &Crate) -> TokenStream {
    let mut methods = service.methods.iter();
    let mut with_body = |written: &Function| {
        let method = methods.next();
        match (&written.body, method) {
            (Body::None(_), Some(method)) => written.with_body(python_body(method, krate)),
            (Body::None(_), None) => TokenStream::new(),
            (Body::Block(body), _) => written.with_body(body),
        }
    };
    match item {
        Item::Function(item) => with_body(item),
        Item::Block(item) => item.with_members(item.members.iter().map(|member| match member {
            Member::Method(method) => with_body(method),
            Member::Other(item) => quote!(#item),
        })),
        Item::Other(item) => item.tokens.clone(),
    }
}

fn python_body(method: &Method, krate: &Crate) -> TokenStream {
    let Some(python) = &method.python else {
        return TokenStream::new();
    };
    let Method {
        request, result, ..
    } = method;
    let (callable, parameter) = (&python.callable, &python.parameter);
    quote!({
        #krate::__private::call_python::<#request, #result>(#callable, #parameter).await
    })
}
