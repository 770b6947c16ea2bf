//! Checks that the compiler makes: each is evaluated in a type of an `impl`, which does not count as a use of the service.
//! A constant of its own would, and hide from the compiler that a service is never added to a server.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

use super::krate::Crate;
use super::place;

/// The checks of one service, each with a number of its own.
pub(super) struct Checks<'a> {
    ty: &'a TokenStream,
    krate: &'a Crate,
    next: usize,
    /// The places of the values that were checked.
    seen: HashSet<String>,
}

impl<'a> Checks<'a> {
    /// The checks of the type `ty`.
    pub(super) fn of(ty: &'a TokenStream, krate: &'a Crate) -> Self {
        Self {
            ty,
            krate,
            next: 0,
            seen: HashSet::new(),
        }
    }

    /// Whether `value` was not seen before: that of a block is the value of each of its methods, and one mistake.
    pub(super) fn is_first(&mut self, value: &TokenStream) -> bool {
        // Places can be compared as texts only.
        self.seen.insert(format!("{:?}", place::start(value)))
    }

    /// Evaluates `check`, which names the service `Self`.
    pub(super) fn add<'b>(
        &mut self,
        check: &TokenStream,
        cfgs: impl IntoIterator<Item = &'b Attribute>,
    ) -> TokenStream {
        let Self {
            ty, krate, next, ..
        } = self;
        let number = *next;
        *next += 1;
        let cfgs = cfgs.into_iter();
        quote! {
            #(#cfgs)*
            #[allow(deprecated)]
            impl #krate::__private::Checked<#number> for #ty {
                type Passed = #krate::__private::Passed<{ #check; true }>;
            }
        }
    }
}
