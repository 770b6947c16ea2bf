//! From the fields of a message to those of its layout.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Fields, Type, Variant};

use super::attrs::{Attrs, Kind, Number};
use crate::expand::Crate;
use crate::inside::{inside, inside_map};
use crate::report::Report;

/// What the layout is made of.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) fields: Vec<TokenStream>,
    pub(super) oneofs: Vec<TokenStream>,
}

impl Parts {
    pub(super) fn of_message(&mut self, fields: &Fields, krate: &Crate, report: &mut Report) {
        let mut next = 1;
        for field in fields {
            let read = Attrs::read(&field.attrs).and_then(|mut attrs| {
                if attrs.tags.is_empty() {
                    attrs.tags.push(next);
                }
                next = attrs.tags.iter().max().map_or(next, |tag| tag + 1);
                self.take(&attrs, &field.ty, field, krate)
            });
            if let Err(error) = read {
                report.push(error);
            }
        }
    }

    pub(super) fn of_variant(&mut self, variant: &Variant, krate: &Crate, report: &mut Report) {
        for field in &variant.fields {
            let read = Attrs::read(&variant.attrs).and_then(|mut attrs| {
                attrs.required = true;
                self.take(&attrs, &field.ty, variant, krate)
            });
            if let Err(error) = read {
                report.push(error);
            }
        }
    }

    fn take(
        &mut self,
        attrs: &Attrs,
        ty: &Type,
        place: &impl ToTokens,
        krate: &Crate,
    ) -> syn::Result<()> {
        let Some(kind) = &attrs.kind else {
            let message = "prost does not say what this field is: derive `prost::Message` or `prost::Oneof` as well, and write `#[prost(…)]`";
            return Err(syn::Error::new_spanned(place, message));
        };
        if let Kind::Oneof(path) = kind {
            self.oneofs
                .push(quote!(#krate::__private::FootprintOf::<#path>::LAYOUT));
            return Ok(());
        }
        let [tag] = attrs.tags[..] else {
            let message = "a field has one tag: write `tag = \"1\"`";
            return Err(syn::Error::new_spanned(place, message));
        };
        let field = match kind {
            Kind::Map { hashed, key, value } => map(tag, *hashed, key, value, ty, krate)?,
            Kind::Message => message(tag, attrs, ty, krate)?,
            kind => match leaf(tag, kind, attrs.repeated, krate) {
                Some(field) => field,
                None => return Ok(()),
            },
        };
        self.fields.push(field);
        Ok(())
    }
}

/// A number, a text or bytes; `None` where it takes no heap.
fn leaf(tag: u32, kind: &Kind, repeated: bool, krate: &Crate) -> Option<TokenStream> {
    let (field, element) = match kind {
        Kind::Number(Number { size, varint }) => {
            let width = match (*varint, *size) {
                (true, _) => quote!(Varint),
                (false, 4) => quote!(Four),
                (false, _) => quote!(Eight),
            };
            let width = quote!(#krate::__private::NumberWidth::#width);
            return repeated
                .then(|| quote!(#krate::__private::Field::numbers(#tag, #width, #size)));
        }
        Kind::Text => (quote!(text), quote!(::std::string::String)),
        Kind::Slice => (quote!(slice), quote!(#krate::__private::Bytes)),
        _ => return None,
    };
    let list = repeated.then(|| {
        let size = size_of(&element);
        quote!(.list(#size))
    });
    Some(quote!(#krate::__private::Field::#field(#tag)#list))
}

fn message(tag: u32, attrs: &Attrs, ty: &Type, krate: &Crate) -> syn::Result<TokenStream> {
    let within = |ty, name: &str| {
        let message = format!(
            "the layout needs the type of the message: write `{name}<…>` itself, not another name for it"
        );
        inside(ty, name).ok_or_else(|| syn::Error::new_spanned(ty, message))
    };
    let mut value = ty;
    let mut list = None;
    if attrs.repeated {
        value = within(ty, "Vec")?;
        let size = size_of(value);
        list = Some(quote!(.list(#size)));
    } else if !attrs.required {
        value = within(ty, "Option")?;
    }
    let mut boxed = None;
    if attrs.boxed || inside(value, "Box").is_some() {
        value = within(value, "Box")?;
        let size = size_of(value);
        boxed = Some(quote!(.boxed(#size)));
    }
    Ok(quote! {
        #krate::__private::Field::message(#tag, #krate::__private::FootprintOf::<#value>::LAYOUT)
            #list #boxed
    })
}

fn map(
    tag: u32,
    hashed: bool,
    key: &Kind,
    value: &Kind,
    ty: &Type,
    krate: &Crate,
) -> syn::Result<TokenStream> {
    let (name, place) = if hashed {
        ("HashMap", quote!(hash_map))
    } else {
        ("BTreeMap", quote!(btree_map))
    };
    let Some((key_type, value_type)) = inside_map(ty, name) else {
        let message = format!(
            "the layout needs the types of the map: write `{name}<…, …>` itself, not another name for it"
        );
        return Err(syn::Error::new_spanned(ty, message));
    };
    let size = size_of(&quote!((#key_type, #value_type)));
    let of_value = match value {
        Kind::Message => Some(quote! {
            #krate::__private::Field::message(2, #krate::__private::FootprintOf::<#value_type>::LAYOUT)
        }),
        value => leaf(2, value, false, krate),
    };
    let fields = [leaf(1, key, false, krate), of_value];
    let fields = fields.iter().flatten();
    // An entry is a message with two fields.
    let entry = quote!({
        static __SPIKARD_ENTRY: #krate::__private::Layout =
            #krate::__private::Layout::new(&[#(#fields),*], &[]);
        fn __spikard_entry() -> &'static #krate::__private::Layout {
            &__SPIKARD_ENTRY
        }
        __spikard_entry
    });
    Ok(quote!(#krate::__private::Field::message(#tag, #entry).#place(#size)))
}

fn size_of(ty: &impl ToTokens) -> TokenStream {
    quote!(::core::mem::size_of::<#ty>())
}
