//! The header of an `impl` block: a concrete type and no trait.

use quote::ToTokens;
use syn::ItemImpl;

use super::types::{STATE, nameable};
use crate::report::Report;

pub(super) fn check(header: &ItemImpl, report: &mut Report) {
    if let Some((path, _)) = &header.trait_ {
        report.on(
            path,
            "the methods of a trait are fixed by the trait: write them in an `impl` block of the type itself, `impl Records { … }`",
        );
        return;
    }
    if !header.generics.params.is_empty() {
        report.on(
            &header.generics,
            "handlers are checked when the service is compiled, which takes a type without parameters: write the type that is served, `impl Records<Postgres>`, or hold what differs as a trait object, `Arc<dyn Repo>`, which a test replaces",
        );
    } else {
        nameable(header.self_ty.to_token_stream(), &STATE, report);
    }
    if let Some(clause) = &header.generics.where_clause {
        report.on(
            clause,
            "a service is not generic: remove the `where` clause",
        );
    }
}
