//! A method whose handler is in Python, as generated code declares it.

use std::future::Future;

use crate::dispatch::{ResponseFuture, ServerCall, Target};
use crate::python::bridge::Found;
use crate::python::convert::{Layout, PythonRequest};
use crate::service::Rpc;
use crate::shapes::{RequestForm, RequestShape};
use crate::{MethodOptions, Status};

use super::answer::PythonResult;
use super::call;

/// An [`Rpc`] whose handler is the Python callable `CALLABLE`.
pub trait PythonRpc<const INDEX: usize, Signature> {
    /// The request that the handler takes.
    type Request: PythonRequest;
    /// The `Result` that it returns.
    type Result: PythonResult + 'static;

    /// The full name of the service.
    const SERVICE: &'static str;
    /// The name of the method.
    const METHOD: &'static str;
    /// The limits of the method.
    const OPTIONS: MethodOptions;
    /// `module:callable`.
    const CALLABLE: &'static str;
}

impl<S, const INDEX: usize, Signature> Rpc<INDEX, Signature> for S
where
    S: PythonRpc<INDEX, Signature>,
{
    type Request = S::Request;
    type Result = S::Result;

    const SERVICE: &'static str = S::SERVICE;
    const METHOD: &'static str = S::METHOD;
    const OPTIONS: MethodOptions = S::OPTIONS;
}

/// Serves a call of a method whose handler is in Python.
pub fn answer_in_python<S, const INDEX: usize, Signature>(call: ServerCall) -> ResponseFuture
where
    S: PythonRpc<INDEX, Signature>,
{
    match call::known(S::CALLABLE) {
        Some(found) => answer_with::<S, INDEX, Signature>(call, Ok(found)),
        // Mounted in another server, and called for the first time. What the handler takes has to be known before any of
        // it is received.
        None => Box::pin(async move {
            let found = call::found(S::CALLABLE).await;
            answer_with::<S, INDEX, Signature>(call, found).await
        }),
    }
}

fn answer_with<S, const INDEX: usize, Signature>(
    call: ServerCall,
    found: Result<Found, Status>,
) -> ResponseFuture
where
    S: PythonRpc<INDEX, Signature>,
{
    let mut target = Target::new(S::SERVICE, S::METHOD, S::OPTIONS);
    if let Ok(Found {
        handler,
        takes: Some(takes),
    }) = &found
    {
        let together =
            handler.layout == Layout::Joined && !matches!(S::Request::FORM, RequestForm::Single);
        target = target.taking_in_python(takes.clone(), together);
    }
    call.receive(target, |request: S::Request, sending| async move {
        let (answer, inbound) = (S::Result::ANSWER, request.into_inbound());
        let reply = call::reply_with(found?, answer, inbound).await?;
        reply.into_reply(sending)
    })
}

/// Calls the Python callable of a method as a function, without a server.
pub fn call_python<S, const INDEX: usize, Signature>(
    request: S::Request,
) -> impl Future<Output = S::Result> + Send
where
    S: PythonRpc<INDEX, Signature>,
{
    call::call_python(S::CALLABLE, request)
}
