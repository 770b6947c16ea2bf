//! Types that are named outside of the function too, where nothing can be borrowed or inferred.

use proc_macro2::TokenStream;

use crate::report::Report;
use crate::tokens::{flat, is_punct, is_word};

/// What to write instead of a type that cannot be named outside of the function.
pub(super) struct Advice {
    pub(super) opaque: &'static str,
    pub(super) borrowed: &'static str,
}

pub(super) const REQUEST: Advice = Advice {
    opaque: "the kind of an RPC comes from the type of its request: name the type instead of `impl`",
    borrowed: "a handler owns its request: take it by value, without a reference or a lifetime",
};

pub(super) const RESULT: Advice = Advice {
    opaque: "the kind of an RPC comes from the type of its response: name the type instead of `impl`",
    borrowed: "what a handler returns outlives the call: return owned values, without a reference or a lifetime",
};

pub(super) const STATE: Advice = Advice {
    opaque: "a service is one type: name it instead of `impl`",
    borrowed: "a service lives as long as its server: leave out the lifetime, and share what it borrows in an `Arc`",
};

/// Reports the first `impl`, `&` or lifetime in a type. `'static` is allowed.
pub(super) fn nameable(ty: TokenStream, advice: &Advice, report: &mut Report) {
    let tokens = flat(ty);
    let is_static = |quote: usize| is_word(tokens.get(quote + 1), "static");
    let is_quote = |place: usize| is_punct(tokens.get(place), '\'');
    for (place, token) in tokens.iter().enumerate() {
        let borrowed = if is_punct(Some(token), '&') {
            !(is_quote(place + 1) && is_static(place + 1))
        } else {
            is_quote(place) && !is_static(place)
        };
        if borrowed {
            return report.at(token.span(), advice.borrowed);
        }
        if is_word(Some(token), "impl") {
            return report.at(token.span(), advice.opaque);
        }
    }
}

/// Whether a type has `_`, which the compiler itself reports.
pub(super) fn has_hole(ty: TokenStream) -> bool {
    flat(ty).iter().any(|token| is_word(Some(token), "_"))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn is_refused(ty: TokenStream) -> bool {
        let mut report = Report::default();
        nameable(ty, &REQUEST, &mut report);
        !report.is_empty()
    }

    #[test]
    fn refuses_what_is_borrowed_or_has_no_name() {
        for ty in [
            quote!(&Request),
            quote!(&'a Request),
            quote!(Request<'_>),
            quote!(Request<'a, u8>),
            quote!(Result<impl Sized, E>),
            quote!((u8, &mut u8)),
        ] {
            assert!(is_refused(ty.clone()), "{ty}");
        }
        for ty in [
            quote!(Request),
            quote!(Request<&'static str>),
            quote!(Cow<'static, str>),
            quote!(Box<dyn Send>),
        ] {
            assert!(!is_refused(ty.clone()), "{ty}");
        }
    }

    #[test]
    fn sees_holes() {
        assert!(has_hole(quote!(Request<_>)));
        assert!(!has_hole(quote!(Request<_x>)));
    }
}
