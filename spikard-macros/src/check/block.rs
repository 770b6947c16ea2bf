//! An `impl` block: one service, whose functions are its methods.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{ImplItem, Meta};

use super::cfg::cfgs;
use super::signature::Receives;
use super::{header, method, service};
use crate::attr::{Entries, Options, Place};
use crate::features::Features;
use crate::item::{Block, Function, Member, hidden, is_grpc_stream};
use crate::model::{Method, Owner, Service};
use crate::report::Report;

pub(super) fn check(
    block: &Block,
    options: TokenStream,
    features: Features,
    report: &mut Report,
) -> Option<Service> {
    let place = Place::Block;
    let options = Options::read(
        Entries::read(options, place, report),
        place,
        features,
        report,
    );
    let service = service::check(&options, report);
    service::check_complete(&options, report);
    header::check(&block.header, report);
    if block.header.trait_.is_some() {
        // Its functions belong to the trait and are not checked as methods.
        return None;
    }
    if block.members.is_empty() {
        let message = "the service has no methods: write at least one `async fn` in the block";
        report.on(&block.header.self_ty, message);
    }
    let methods: Vec<Option<Method>> = block
        .members
        .iter()
        .map(|member| check_member(member, &options, features, report))
        .collect();
    distinct(methods.iter().flatten(), report);
    // A missing one has been reported, here or by the compiler.
    let methods: Option<Vec<Method>> = methods.into_iter().collect();
    Some(Service {
        krate: options.krate.yes().cloned(),
        name: service?,
        cfgs: cfgs(&block.header.attrs),
        owner: Owner::Type(block.header.self_ty.to_token_stream()),
        methods: methods?,
        complete: options.complete,
    })
}

fn check_member(
    member: &Member,
    block: &Options,
    features: Features,
    report: &mut Report,
) -> Option<Method> {
    match member {
        Member::Method(function) => {
            let mut options = options_of(function, features, report);
            options.of_method = options.of_method.or(&block.of_method);
            method::check(function, Receives::SharedSelf, &options, report)
        }
        Member::Other(item) => {
            let (span, what) = describe(item);
            report.at(
                span,
                format_args!(
                    "this block may have only the methods of the service: move this {what} to another `impl` block"
                ),
            );
            None
        }
    }
}

/// The options of a method, from all of its `#[grpc(…)]`.
fn options_of(function: &Function, features: Features, report: &mut Report) -> Options {
    let mut entries = Entries::default();
    for attr in &function.grpc {
        if let Some(path) = hidden(&attr.meta, "grpc") {
            let message = "`#[grpc(…)]` is read before the condition of a `cfg_attr` is known: write it without, with `if cfg!(…) { … } else { … }` for the value of a limit, or write the method twice, each under a `#[cfg(…)]`";
            report.on(path, message);
            continue;
        }
        match &attr.meta {
            _ if is_grpc_stream(attr) => {
                let message =
                    "the block is the service: write the options of its methods in `#[grpc(…)]`";
                report.on(attr, message);
            }
            Meta::Path(_) => {}
            Meta::List(list) => entries.extend(list.tokens.clone(), Place::Method, report),
            Meta::NameValue(_) => {
                let message = "the options go in parentheses: write `#[grpc(method = \"…\")]`";
                report.on(attr, message);
            }
        }
    }
    Options::read(entries, Place::Method, features, report)
}

/// Reports a second handler of one RPC. Handlers under `cfg`s may exclude each other.
fn distinct<'a>(methods: impl Iterator<Item = &'a Method>, report: &mut Report) {
    let mut seen: HashMap<&str, &Method> = HashMap::new();
    for method in methods.filter(|method| method.cfgs.is_empty()) {
        if let Some(first) = seen.get(method.rpc.as_str()) {
            let message = format_args!(
                "`{}` already handles the RPC `{}`: write `#[grpc(method = \"…\")]` with the name of another",
                first.function, method.rpc
            );
            report.at(method.function.span(), message);
        } else {
            seen.insert(&method.rpc, method);
        }
    }
}

fn describe(item: &ImplItem) -> (Span, &'static str) {
    match item {
        ImplItem::Const(item) => (item.const_token.span, "constant"),
        ImplItem::Type(item) => (item.type_token.span, "type"),
        ImplItem::Macro(item) => (item.mac.path.span(), "macro call"),
        other => (other.span(), "item"),
    }
}
