//! One call, from its request to its response.

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::{Future, ready};
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};

use http::{Request, Response};
use tokio::time::timeout_at;
use tonic::body::Body;

use crate::collect::Budget;
use crate::deadline::Deadline;
use crate::kind::HandlerResult;
use crate::panics::contain;
use crate::respond::{Reply, Sending};
use crate::shapes::{RequestShape, ResponseShape};
use crate::span::CallSpan;
use crate::{Compression, Limits, MethodOptions, Status, metadata};

use super::admit::{Admitted, admit};

/// The answer to a call. It never fails: every error is a response with a status.
pub type ResponseFuture =
    Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send + 'static>>;

/// What a server decides for the calls of all its methods.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) limits: Limits,
    pub(crate) compression: Compression,
    pub(crate) budget: Arc<Budget>,
}

impl Policy {
    /// The defaults, with one budget for all services that are mounted in other servers.
    pub(crate) fn unserved() -> Self {
        static SHARED: OnceLock<Arc<Budget>> = OnceLock::new();
        Self {
            limits: Limits::default(),
            compression: Compression::Identity,
            budget: SHARED.get_or_init(Arc::default).clone(),
        }
    }
}

/// A call that has arrived and has not been read.
pub struct ServerCall {
    request: Request<Body>,
    policy: Policy,
}

/// Which method a call is for, and the limits of that method.
#[derive(Clone, Debug)]
pub struct Target {
    service: Cow<'static, str>,
    method: Cow<'static, str>,
    options: MethodOptions,
}

impl Target {
    /// The method `method` of the service with the full name `service`.
    pub const fn new(service: &'static str, method: &'static str, options: MethodOptions) -> Self {
        Self {
            service: Cow::Borrowed(service),
            method: Cow::Borrowed(method),
            options,
        }
    }
}

impl ServerCall {
    pub(crate) fn new(request: Request<Body>, policy: Policy) -> Self {
        Self { request, policy }
    }

    /// Buffers the request, runs the handler on it and sends its answer.
    pub fn run<Req, Ret, F, Fut>(self, target: Target, handler: F) -> ResponseFuture
    where
        Req: RequestShape,
        Ret: HandlerResult,
        F: FnOnce(Req) -> Fut + Send + 'static,
        Fut: Future<Output = Ret> + Send + 'static,
    {
        self.receive(target, |request: Req, sending| async move {
            handler(request).await.into_result()?.into_reply(&sending)
        })
    }

    /// Receives the request, in full unless it is a stream, and sends the reply that is made of it.
    pub(crate) fn receive<Req, F, Fut>(mut self, target: Target, reply: F) -> ResponseFuture
    where
        Req: RequestShape,
        F: FnOnce(Req, Sending) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Reply, Status>> + Send + 'static,
    {
        if Req::UNBUFFERED {
            self.policy.limits = self.policy.limits.unbuffered();
        }
        self.answer(target, |admitted: Admitted| async move {
            let Admitted {
                head,
                body,
                sending,
                deadline,
            } = admitted;
            let request = Req::receive(head, body).await?;
            if let Some(deadline) = deadline
                && deadline.has_passed()
            {
                return Err(late(deadline));
            }
            reply(request, sending).await
        })
    }

    /// The stages around every call: admission, the deadline, panics, and the status of a failure.
    fn answer<F, Fut>(self, target: Target, stages: F) -> ResponseFuture
    where
        F: FnOnce(Admitted) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Reply, Status>> + Send + 'static,
    {
        let Target {
            service,
            method,
            options,
        } = target;
        let limits = self.policy.limits.overridden_by(&options);
        let admitted = match admit(self.request, service, method, limits, &self.policy) {
            Ok(admitted) => admitted,
            Err(response) => return Box::pin(ready(Ok(response))),
        };
        let deadline = admitted.deadline;
        // Holds the call's share of the buffer until the handler has answered, whatever it does
        // with its request.
        let call = admitted.head.call.clone();
        let span = CallSpan::new(&admitted.head);
        Box::pin(async move {
            let result = {
                // Made where it stays: the future of a call is too large to be moved about. It has the
                // span for when it is dropped, and what contains its panics for when it is polled.
                let work = pin!(span.of(stages(admitted)));
                let work = span.of(contain(work));
                match deadline {
                    Some(deadline) => timeout_at(deadline.at().into(), work)
                        .await
                        .unwrap_or_else(|_| Err(late(deadline))),
                    None => work.await,
                }
            };
            drop(call);
            Ok(match result {
                Ok(reply) => reply.into_response(deadline, span),
                Err(status) => {
                    let status = metadata::failure(status);
                    span.within(|| tracing::debug!(%status, "the call failed"));
                    span.finish(status.code());
                    status.into_http()
                }
            })
        })
    }
}

fn late(deadline: Deadline) -> Status {
    deadline.exceeded("the handler answered")
}
