//! `#[derive(Footprint)]`: the layout of a message, from the attributes that prost's own derive reads.

mod attrs;
mod fields;

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Fields, Path, Token, Variant};

use crate::expand::Crate;
use crate::report::Report;
use fields::Parts;

/// The `impl`, or the errors.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let mut report = Report::default();
    let input = match syn::parse2::<DeriveInput>(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let krate = Crate::found_at(krate(&input, &mut report).as_ref());
    let mut parts = Parts::default();
    match &input.data {
        Data::Struct(data) => parts.of_message(&data.fields, &krate, &mut report),
        Data::Enum(data) if is_oneof(&data.variants) => {
            for variant in &data.variants {
                parts.of_variant(variant, &krate, &mut report);
            }
        }
        Data::Enum(_) | Data::Union(_) => report.on(
            &input.ident,
            "only messages and oneofs take heap: remove `Footprint` here",
        ),
    }
    if !input.generics.params.is_empty() {
        report.on(
            &input.generics,
            "a message with parameters has no layout of its own: write the types, or remove `Footprint`",
        );
    }
    if !report.is_empty() {
        return report.into_tokens();
    }
    let (name, Parts { fields, oneofs }) = (&input.ident, &parts);
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #krate::Footprint for #name {
            fn layout() -> &'static #krate::__private::Layout {
                #[allow(unused_imports)]
                use #krate::__private::UnknownFootprint as _;
                static __SPIKARD_LAYOUT: #krate::__private::Layout =
                    #krate::__private::Layout::new(&[#(#fields),*], &[#(#oneofs),*]);
                &__SPIKARD_LAYOUT
            }
        }
    }
}

/// Whether each variant has one value.
fn is_oneof(variants: &Punctuated<Variant, Token![,]>) -> bool {
    variants.iter().all(
        |variant| matches!(&variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1),
    )
}

/// The path in `#[footprint(crate = path)]`.
fn krate(input: &DeriveInput, report: &mut Report) -> Option<Path> {
    let mut found = None;
    for attr in &input.attrs {
        if !attr.path().is_ident("footprint") {
            continue;
        }
        let read = attr.parse_nested_meta(|meta| {
            if !meta.path.is_ident("crate") {
                return Err(meta.error("the only option is `crate = path`"));
            }
            found = Some(meta.value()?.call(Path::parse_mod_style)?);
            Ok(())
        });
        if let Err(error) = read {
            report.push(error);
        }
    }
    found
}
