//! The signature of a handler: one request and one result.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{FnArg, Pat, PatType, Receiver, ReceiverKind, ReturnType, Safety, Signature, Type};

use super::types::{REQUEST, RESULT, has_hole, nameable};
use crate::inside::inside;
use crate::model::SharedSelf;
use crate::report::Report;

/// The receiver of a handler.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Receives {
    /// None: it is a free function.
    Nothing,
    /// `&self`, or an `Arc` of it: it is a method of the service.
    SharedSelf,
}

/// The types of a handler, with their spans.
pub(super) struct Types {
    pub(super) request: TokenStream,
    pub(super) result: TokenStream,
    pub(super) parameter: Pat,
    pub(super) service: SharedSelf,
}

/// The types of a handler with the signature `sig`.
pub(super) fn check(sig: &Signature, receives: Receives, report: &mut Report) -> Option<Types> {
    qualifiers(sig, report);
    generics(sig, report);
    let parameter = parameter(sig, receives, report);
    let result = result(sig, report);
    let (parameter, result) = (parameter?, result?);
    let request = parameter.ty.to_token_stream();
    // The compiler itself refuses `_` in a signature, and a `const fn` that is async.
    let refused = has_hole(request.clone()) || has_hole(result.clone()) || sig.constness.is_some();
    (!refused).then(|| Types {
        request,
        result,
        parameter: (*parameter.pat).clone(),
        service: sig.receiver().and_then(shared).unwrap_or_default(),
    })
}

fn qualifiers(sig: &Signature, report: &mut Report) {
    match (sig.asyncness, sig.constness) {
        (None, Some(constness)) => report.at(
            constness.span,
            "a handler is async: write `async` instead of `const`",
        ),
        (None, None) => report.at(
            sig.fn_token.span,
            format_args!("a handler is async: write `async fn {}`", sig.ident),
        ),
        (Some(_), _) => {}
    }
    if let Safety::Unsafe(word) = &sig.safety {
        let message = "a handler cannot be unsafe, because any client can call it: remove `unsafe`, and validate the request";
        report.at(word.span, message);
    }
    if let Some(abi) = &sig.abi {
        report.on(abi, "a handler is called from Rust: remove the ABI");
    }
    if let Some(variadic) = &sig.variadic {
        report.on(
            variadic,
            "a handler takes one parameter, the request: remove `...`",
        );
    }
}

fn generics(sig: &Signature, report: &mut Report) {
    if !sig.generics.params.is_empty() {
        report.on(
            &sig.generics,
            "an RPC has one request type and one response type: write the types themselves instead of generic parameters",
        );
    }
    if let Some(clause) = &sig.generics.where_clause {
        report.on(
            clause,
            "a handler is not generic: remove the `where` clause",
        );
    }
}

/// The request among the parameters.
fn parameter<'a>(
    sig: &'a Signature,
    receives: Receives,
    report: &mut Report,
) -> Option<&'a PatType> {
    receiver(sig, receives, report);
    let mut typed = sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(parameter),
        FnArg::Receiver(_) => None,
    });
    let Some(request) = typed.next() else {
        let message = "a handler takes one parameter, the request: write `request: GrpcClientStreamRequest<…>`, or another type of request";
        report.at(sig.paren_token.span.close(), message);
        return None;
    };
    if let Some(second) = typed.next() {
        let message = "a handler takes one parameter, the request, which has the metadata and the peer as fields: remove this one (shared state is `&self` of an `impl` block)";
        report.on(second, message);
    }
    if sig.generics.params.is_empty() {
        nameable(request.ty.to_token_stream(), &REQUEST, report);
    }
    Some(request)
}

fn receiver(sig: &Signature, receives: Receives, report: &mut Report) {
    let name: &Ident = &sig.ident;
    match (receives, sig.receiver()) {
        (Receives::Nothing, Some(receiver)) => report.on(
            receiver,
            "a free function has no `self`: write `#[grpc_stream(service = \"…\")]` above the `impl` block, not on the method",
        ),
        (Receives::SharedSelf, None) => report.at(
            sig.paren_token.span.open(),
            format_args!(
                "every function of the block is a method of the service: write `{name}(&self, request: …)`, or move it to another `impl` block"
            ),
        ),
        (Receives::SharedSelf, Some(receiver)) if shared(receiver).is_none() => report.on(
            receiver,
            "all calls share one service: write `&self`, or `self: Arc<Self>` for what outlives the call, and put what changes behind a `Mutex` or an atomic",
        ),
        _ => {}
    }
}

/// How a handler takes the service, if it is in a way that all calls can.
fn shared(receiver: &Receiver) -> Option<SharedSelf> {
    match &receiver.kind {
        ReceiverKind::Reference(_, None, None) => Some(SharedSelf::Borrowed),
        ReceiverKind::Typed(_, ty) => shared_type(ty),
        _ => None,
    }
}

/// A reference to an `Arc` is one to what is in it, when it is passed on.
fn shared_type(ty: &Type) -> Option<SharedSelf> {
    let is_self = |ty: &Type| matches!(ty, Type::Path(path) if path.path.is_ident("Self"));
    let Type::Reference(reference) = ty else {
        return is_self(inside(ty, "Arc")?).then_some(SharedSelf::Owned);
    };
    let is_plain = reference.mutability.is_none() && reference.lifetime.is_none();
    let is_shared = is_self(&reference.elem) || shared_type(&reference.elem).is_some();
    (is_plain && is_shared).then_some(SharedSelf::Borrowed)
}

fn result(sig: &Signature, report: &mut Report) -> Option<TokenStream> {
    let ReturnType::Type(_, result) = &sig.output else {
        let message = "a handler returns a `Result` of its response: write `-> Result<GrpcResponse<…>, Status>` after the parameters";
        report.at(sig.paren_token.span.close(), message);
        return None;
    };
    if sig.generics.params.is_empty() {
        nameable(result.to_token_stream(), &RESULT, report);
    }
    Some(result.to_token_stream())
}
