//! A function as a method of a service, free or in a block.

use proc_macro2::Ident;
use syn::{LitStr, Pat};

use super::cfg::cfgs;
use super::signature::{Receives, Types, check as check_signature};
use crate::attr::{Given, Options};
use crate::item::{Body, Function};
use crate::model::{Method, Python};
use crate::name::rpc_name;
use crate::report::Report;

/// The method of `function` with `options`.
pub(super) fn check(
    function: &Function,
    receives: Receives,
    options: &Options,
    report: &mut Report,
) -> Option<Method> {
    let types = check_signature(&function.sig, receives, report);
    body(function, options, report);
    let rpc = rpc(function, options, report);
    let types = types?;
    let python = match &options.python {
        Given::No => None,
        Given::Wrong => return None,
        Given::Yes(callable) => Some(Python {
            callable: callable.clone(),
            parameter: parameter(&types, report)?,
        }),
    };
    Some(Method {
        cfgs: cfgs(&function.attrs),
        rpc: rpc?,
        given: options.method.yes().map(LitStr::span),
        function: function.sig.ident.clone(),
        request: types.request,
        result: types.result,
        service: types.service,
        options: options.of_method.clone(),
        python,
    })
}

fn body(function: &Function, options: &Options, report: &mut Report) {
    match (&function.body, options.python.is_no()) {
        (Body::Block(block), false) => report.at(
            block.span_open(),
            "the handler is in Python, so this body would never run: end the signature with `;`, or remove `python = …`",
        ),
        (Body::None(semi), true) => report.at(
            semi.span,
            "nothing handles this RPC: write a body, or name a Python callable with `python = \"module:callable\"`",
        ),
        _ => {}
    }
}

fn rpc(function: &Function, options: &Options, report: &mut Report) -> Option<String> {
    match &options.method {
        Given::Yes(name) => Some(name.value()),
        Given::Wrong => None,
        Given::No => {
            let ident = &function.sig.ident;
            let name = rpc_name(ident);
            if name.is_none() {
                let message = format_args!(
                    "`{ident}` does not become a name that a `.proto` can have (ASCII letters, digits and `_`): write `method = \"…\"`"
                );
                report.at(ident.span(), message);
            }
            name
        }
    }
}

/// The name of the parameter of a function without a body.
fn parameter(types: &Types, report: &mut Report) -> Option<Ident> {
    match &types.parameter {
        Pat::Ident(name)
            if name.by_ref.is_none() && name.mutability.is_none() && name.subpat.is_none() =>
        {
            Some(name.ident.clone())
        }
        other => {
            let message = "the request goes to Python as it is: write a plain name, `request: …`";
            report.on(other, message);
            None
        }
    }
}
