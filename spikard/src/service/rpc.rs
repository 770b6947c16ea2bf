//! One method of a service, as generated code states it.
//!
//! Generated code names the types of a handler in one place, the implementation of [`Rpc`]. So a
//! mistake in a type is one error, at that type. Everything else is generic over `Rpc`.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crate::dispatch::{ResponseFuture, ServerCall, Target};
use crate::footprint::{Layout, LayoutOf};
use crate::shapes::RequestShape;
use crate::{Handler, HandlerResult, Kind, MethodInfo, MethodOptions};

use super::GrpcService;

/// The method at `INDEX` of the service `Self`, with a handler of the type `Signature`.
///
/// `Signature` repeats the types, so that the implementation is as private as they are.
pub trait Rpc<const INDEX: usize, Signature> {
    /// What the handler takes.
    type Request: RequestShape;
    /// What it returns.
    type Result: HandlerResult;

    /// The full name of the service.
    const SERVICE: &'static str;
    /// The name of the method.
    const METHOD: &'static str;
    /// The limits of the method.
    const OPTIONS: MethodOptions;
    /// The layout of the messages that it takes; there is none of raw ones.
    const LAYOUT: LayoutOf = Layout::unknown;
}

/// The kind of a method.
#[track_caller]
pub const fn kind<S, const INDEX: usize, Signature>() -> Kind
where
    S: Rpc<INDEX, Signature>,
{
    Kind::of::<S::Request, S::Result>()
}

/// The limits of a method.
pub const fn options<S, const INDEX: usize, Signature>() -> MethodOptions
where
    S: Rpc<INDEX, Signature>,
{
    S::OPTIONS
}

/// Refuses a limit of zero, with `advice`. The macro cannot: the value of a constant expression is known to the compiler
/// only.
#[track_caller]
pub const fn count_above_zero(limit: Option<usize>, advice: &str) {
    if let Some(0) = limit {
        panic!("{}", advice);
    }
}

/// Refuses a limit of no time, as [`count_above_zero`] does.
#[track_caller]
pub const fn time_above_zero(limit: Option<Duration>, advice: &str) {
    if let Some(limit) = limit
        && limit.is_zero()
    {
        panic!("{}", advice);
    }
}

/// What a service says of a method.
#[track_caller]
pub const fn method<S, const INDEX: usize, Signature>(handler: Handler) -> MethodInfo
where
    S: Rpc<INDEX, Signature>,
{
    MethodInfo::of::<S::Request, S::Result>(S::METHOD, S::OPTIONS, handler)
}

/// Answers a call of a method whose handler is in Rust.
///
/// The service is passed to the handler, not captured: one that is not `Sync` is then an error of the
/// service and of the future, and not of the closure as well.
pub fn answer<S, const INDEX: usize, Signature, F, Fut>(
    service: Arc<S>,
    call: ServerCall,
    handler: F,
) -> ResponseFuture
where
    S: GrpcService + Rpc<INDEX, Signature>,
    F: FnOnce(Arc<S>, S::Request) -> Fut + Send + 'static,
    Fut: Future<Output = S::Result> + Send + 'static,
{
    let target = Target::new(S::SERVICE, S::METHOD, S::OPTIONS).taking(S::LAYOUT);
    call.run::<S::Request, S::Result, _, _>(target, move |request| handler(service, request))
}
