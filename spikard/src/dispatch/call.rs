//! One call, from its request to its response.

use std::convert::Infallible;
use std::future::{Future, poll_fn, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use http::{HeaderValue, Request, Response};
use tonic::body::Body;

#[cfg(feature = "health")]
use crate::Limits;
#[cfg(feature = "health")]
use crate::call::Budget;
use crate::call::{
    Arrival, CallSpan, Charge, Deadline, DeadlineTimer, Reached, contained_in, of_handler,
};
use crate::respond::{HeaderLimit, Reply, ReplyContext, Sending, cut_off, not_retried};
use crate::shapes::{RequestForm, RequestShape, ResponseShape as _};
use crate::stats::{CallRecord, MethodCounters};
use crate::{HandlerResult, Status, wire};

use super::admit::{Admitted, admit};
use super::policy::Policy;
use super::target::Target;

/// The answer to a call. It never fails: every error is a response with a status.
pub type ResponseFuture =
    Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send + 'static>>;

/// How a method takes its request.
#[derive(Clone, Copy)]
struct Form {
    /// The request is a stream.
    uploads: bool,
    /// The handler runs while it arrives.
    unbuffered: bool,
}

/// A call that has arrived, whose body has not been read.
pub struct ServerCall {
    request: Request<Body>,
    policy: Policy,
    /// `None` where nobody counts: in a server of others, that the service was added to on its own.
    counters: Option<Arc<MethodCounters>>,
}

impl ServerCall {
    pub(crate) fn new(request: Request<Body>, policy: Policy) -> Self {
        Self {
            request,
            policy,
            counters: None,
        }
    }

    /// Counted as one of its method.
    pub(crate) fn counted(mut self, counters: Arc<MethodCounters>) -> Self {
        self.counters = Some(counters);
        self
    }

    /// With the default limits, and charged to `budget` instead of the server's: a call of the server's own, which is
    /// never refused because of others.
    #[cfg(feature = "health")]
    pub(crate) fn apart(mut self, budget: Arc<Budget>) -> Self {
        self.policy.limits = Limits::default();
        self.policy.budget = budget;
        self
    }

    /// Buffers the request, runs the handler on it and sends its answer.
    pub(crate) fn run<Req, Ret, F, Fut>(self, target: Target, handler: F) -> ResponseFuture
    where
        Req: RequestShape,
        Ret: HandlerResult,
        F: FnOnce(Req) -> Fut + Send + 'static,
        Fut: Future<Output = Ret> + Send + 'static,
    {
        self.receive(target, |request: Req, sending| async move {
            let result = handler(request).await.into_result();
            result.map_err(of_handler)?.send(sending)
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
        let form = Form {
            uploads: !matches!(Req::FORM, RequestForm::Single),
            unbuffered: Req::UNBUFFERED,
        };
        self.answer(target, form, |admitted: Admitted| async move {
            let Admitted {
                head,
                body,
                sending,
                deadline,
            } = admitted;
            let measured = head.call.progress.is_measured();
            let measured = measured.then(|| head.call.clone());
            let request = Req::receive(head, body).await?;
            if let Some(call) = measured {
                call.progress.handed_over();
            }
            if let Some(deadline) = deadline
                && deadline.has_passed()
            {
                return Err(late(deadline));
            }
            reply(request, sending).await
        })
    }

    /// The stages around every call: admission, the deadline, panics, and the status of a failure.
    fn answer<F, Fut>(self, target: Target, form: Form, stages: F) -> ResponseFuture
    where
        F: FnOnce(Admitted) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Reply, Status>> + Send + 'static,
    {
        let limits = self.policy.limits.overridden_by(&target.options);
        let Form {
            uploads,
            unbuffered,
        } = form;
        Reached::set(self.request.extensions());
        let arrival = self.request.extensions().get::<Arrival>();
        let peer = arrival.and_then(|arrival| arrival.connection.address);
        let record = self.counters.map(|method| {
            CallRecord::started(method, None, peer, arrival.map(|arrival| arrival.at))
        });
        let mut span = CallSpan::new(&target.service, &target.method, peer, record)
            .continues(self.request.headers());
        let accepts = self.policy.accepts_compression(&target.options);
        let told = wire::accepted_if_asked(self.request.headers(), accepts);
        let headers = HeaderLimit::new(
            target.service.clone(),
            target.method.clone(),
            limits.max_sent_metadata_bytes,
        );
        let measured = span.measured_from();
        let admitted = match admit(
            self.request,
            target,
            limits,
            &self.policy,
            uploads,
            measured,
        ) {
            Ok(admitted) => admitted,
            Err(status) => {
                span.refused(&status);
                let status = not_retried(status);
                span.fail(&status);
                return Box::pin(ready(Ok(telling(told, status.into_http()))));
            }
        };
        let budget = self.policy.budget;
        let mut timer = admitted.deadline.map(DeadlineTimer::new);
        // Holds what the request is charged until the handler has answered, whatever it does with it.
        let call = admitted.head.call.clone();
        span.receives(&call);
        Box::pin(async move {
            let result = {
                // Pinned where it is made: the future of a call is large, and moving it costs.
                let mut work = pin!(span.of(stages(admitted)));
                poll_fn(|cx| {
                    let mut polled = Poll::Pending;
                    // After a panic the future is only dropped.
                    let ran = contained_in(&span, || polled = work.as_mut().poll(cx));
                    match ran {
                        Err(status) => return Poll::Ready(Err(status)),
                        Ok(()) if polled.is_ready() => return polled,
                        Ok(()) => {}
                    }
                    if let Some(status) = cut_off() {
                        return Poll::Ready(Err(status));
                    }
                    let Some(timer) = &mut timer else {
                        return Poll::Pending;
                    };
                    timer.poll(cx).map(|deadline| Err(late(deadline)))
                })
                .await
            };
            // A stream goes on to arrive while its handler answers.
            if !unbuffered {
                span.received();
            }
            let sendable = span.within(|| result.and_then(|reply| reply.sendable(&headers)));
            let answered = match sendable {
                Ok(reply) => reply.into_response(ReplyContext {
                    timer,
                    idle_timeout: limits.idle_timeout,
                    charge: Charge::new(budget, call.connection()),
                    span,
                    headers,
                }),
                Err(status) => {
                    span.refused(&status);
                    let mut status = span.within(|| headers.status(status));
                    if uploads && !call.is_half_closed() {
                        status = not_retried(status);
                    }
                    span.fail(&status);
                    status.into_http()
                }
            };
            // Not before the response is charged: others could take its place.
            drop(call);
            Ok(telling(told, answered))
        })
    }
}

/// Tells the client which encodings it may send, if it is to know.
fn telling(accepted: Option<HeaderValue>, mut response: Response<Body>) -> Response<Body> {
    if let Some(accepted) = accepted {
        let headers = response.headers_mut();
        headers.insert(wire::ACCEPT_ENCODING, accepted);
    }
    response
}

fn late(deadline: Deadline) -> Status {
    deadline.exceeded("the handler answered")
}
