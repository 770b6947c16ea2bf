//! The struct for a free function.

use proc_macro2::Ident;
use syn::ext::IdentExt;

use crate::attr::{Given, Options};
use crate::model::Method;
use crate::name::struct_name;
use crate::report::Report;
use crate::tokens::name_first;

/// The name of the struct: the given one, or that of the RPC.
pub(super) fn check(options: &Options, method: &Method, report: &mut Report) -> Option<Ident> {
    let name = match &options.name {
        Given::Wrong => return None,
        Given::Yes(name) => name.clone(),
        Given::No => from_rpc(options, method, report)?,
    };
    if name.unraw() == method.function.unraw() {
        let message = format_args!(
            "the service of `{name}` is a struct, which cannot have the function's name: write `name = …` with another"
        );
        report.at(name.span(), message);
        return None;
    }
    let types = [&method.request, &method.result];
    if types.into_iter().any(|ty| name_first(ty.clone(), &name)) {
        let message = format_args!(
            "the service of `{}` is a struct `{name}`, which would hide the type `{name}` of the signature: write `name = {name}Service` or another",
            method.function
        );
        report.at(name.span(), message);
        return None;
    }
    Some(name)
}

fn from_rpc(options: &Options, method: &Method, report: &mut Report) -> Option<Ident> {
    let span = match &options.method {
        Given::Yes(name) => name.span(),
        Given::No | Given::Wrong => method.function.span(),
    };
    let name = struct_name(&method.rpc);
    let Ok(mut name) = syn::parse_str::<Ident>(&name) else {
        let message = format_args!(
            "a struct cannot be called `{name}`, which is a reserved word: write `name = …` with another"
        );
        report.at(span, message);
        return None;
    };
    name.set_span(span);
    Some(name)
}
