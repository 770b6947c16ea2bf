//! The handler of one method: its entry in `METHODS`, and how a call reaches it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Path, Type};

use super::krate::Crate;
use super::place::relocate;
use super::written::written;
use crate::model::{Method, Owner, Service, SharedSelf};

/// The handler's name in messages.
pub(super) fn name(method: &Method, service: &Service, krate: &Crate) -> TokenStream {
    if let Some(python) = &method.python {
        let callable = &python.callable;
        return quote!(#krate::Handler::Python(::std::borrow::Cow::Borrowed(#callable)));
    }
    let function = &method.function;
    let path = match &service.owner {
        Owner::Struct { .. } => format!("::{function}"),
        Owner::Type(ty) => format!("::{}::{function}", below_the_module(ty)),
    };
    quote! {
        #krate::Handler::Rust(::std::borrow::Cow::Borrowed(
            ::core::concat!(::core::module_path!(), #path)
        ))
    }
}

/// The type of a block as a name relative to its module.
fn below_the_module(ty: &TokenStream) -> String {
    let Some(path) = path(syn::parse2(ty.clone()).ok()) else {
        return written(ty);
    };
    let segments = path.segments.iter().skip_while(|part| part.ident == "self");
    let mut segments: Vec<String> = segments.map(written).collect();
    // A path from elsewhere: the module says where the block is, and the last name is its type.
    if let Some("crate" | "$crate" | "super") = segments.first().map(String::as_str) {
        segments.drain(..segments.len() - 1);
    }
    segments.join("::")
}

/// The path of a type, also in the invisible group of a `macro_rules!` variable.
fn path(ty: Option<Type>) -> Option<Path> {
    match ty? {
        Type::Path(ty) if ty.qself.is_none() => Some(ty.path),
        Type::Group(group) => path(Some(*group.elem)),
        _ => None,
    }
}

/// `|service, call| …`, without captures.
///
/// The user's function is named in the scope of the parameters. A parameter with the name of a function, a constant or
/// a unit struct would be a pattern, so the names are ones that nobody uses.
///
/// The compiler reports at the handler's name if its future is not `Send`.
pub(super) fn entry(
    index: usize,
    method: &Method,
    service: &Service,
    krate: &Crate,
) -> TokenStream {
    if method.python.is_some() {
        return quote! {
            |_, __spikard_call| {
                #krate::__private::answer_in_python::<Self, #index, _>(__spikard_call)
            }
        };
    }
    let function = &method.function;
    let handler = match &service.owner {
        Owner::Struct { .. } => quote!(|_, __spikard_request| #function(__spikard_request)),
        Owner::Type(_) => match method.service {
            SharedSelf::Borrowed => quote! {
                |__spikard_service, __spikard_request| async move {
                    <Self>::#function(&__spikard_service, __spikard_request).await
                }
            },
            SharedSelf::Owned => quote! {
                |__spikard_service, __spikard_request| {
                    <Self>::#function(__spikard_service, __spikard_request)
                }
            },
        },
    };
    let entry = quote! {
        |__spikard_service, __spikard_call| #krate::__private::answer::<Self, #index, _, _, _>(
            __spikard_service,
            __spikard_call,
            #handler,
        )
    };
    let name = function.span();
    relocate(entry, name, name)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn a_type_has_a_name_below_its_module() {
        for (ty, name) in [
            (quote!(Records), "Records"),
            (quote!(inner::Store<u8>), "inner::Store<u8>"),
            (quote!(self::inner::Store), "inner::Store"),
            (quote!(crate::Records), "Records"),
            (quote!(crate::store::Store<crate::Id>), "Store<crate::Id>"),
            (quote!(super::super::Records), "Records"),
            (quote!(self::super::Records), "Records"),
            (quote!(dyn Any), "dyn Any"),
        ] {
            assert_eq!(below_the_module(&ty), name, "{ty}");
        }
    }
}
