//! All methods as one tower service.

use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::ready;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tonic::body::Body;
use tower_service::Service;

use crate::call::Arrival;
#[cfg(feature = "orca")]
use crate::call::Budget;
use crate::dispatch::{Policy, ResponseFuture, ServerCall, not_grpc, unknown_method};
#[cfg(feature = "server")]
use crate::stats::MethodCounters;
use crate::stats::{ServerCounters, Stats};

use crate::respond::bounded;

use super::foreign::ForeignByName;
use super::registry::Registered;
#[cfg(feature = "server")]
use super::seen::MethodOfPath;

/// All methods of a [`Routes`](crate::Routes) as one tower service; clones share them.
#[derive(Clone)]
pub struct RoutesService {
    shared: Arc<Shared>,
}

struct Shared {
    methods: HashMap<String, Registered>,
    foreign: ForeignByName,
    policy: Policy,
    counters: Arc<ServerCounters>,
}

impl RoutesService {
    pub(super) fn new(
        methods: HashMap<String, Registered>,
        foreign: ForeignByName,
        policy: Policy,
        counters: ServerCounters,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                methods,
                foreign,
                policy,
                counters: Arc::new(counters),
            }),
        }
    }

    /// What the methods have done: read it at any time.
    pub fn stats(&self) -> Stats {
        Stats::of(self.shared.counters.clone())
    }

    #[cfg(feature = "server")]
    pub(crate) fn counters(&self) -> &Arc<ServerCounters> {
        &self.shared.counters
    }

    /// The counters of a method of ours; those of all others where a path names none.
    #[cfg(feature = "server")]
    pub(crate) fn counters_of(&self, path: &str) -> Arc<MethodCounters> {
        let method = self.shared.methods.get(path).and_then(Registered::counters);
        method
            .unwrap_or_else(|| self.shared.counters.other())
            .clone()
    }

    /// The answer to a path that names no method.
    pub(crate) fn unknown(&self, request: &Request<Body>) -> Response<Body> {
        unknown_method(request, Some(self.shared.counters.other()))
    }
}

impl RoutesService {
    /// The method that a path names.
    #[cfg(feature = "server")]
    pub(crate) fn method(&self, path: &str) -> MethodOfPath {
        match self.shared.methods.get(path) {
            Some(method) => MethodOfPath::Named(method.names()),
            None => self.shared.foreign.method(path),
        }
    }

    /// See [`Limits::max_sent_metadata_bytes`](crate::Limits::max_sent_metadata_bytes).
    #[cfg(feature = "server")]
    pub(crate) fn max_sent_metadata_bytes(&self) -> usize {
        self.shared.policy.limits.max_sent_metadata_bytes
    }
}

#[cfg(feature = "orca")]
impl RoutesService {
    /// The budget of its calls.
    pub(crate) fn budget(&self) -> Arc<Budget> {
        self.shared.policy.budget.clone()
    }
}

/// Of any body, so that it goes where axum, tonic and tower take a service.
impl<B> Service<Request<B>> for RoutesService
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> ResponseFuture {
        self.answer(request.map(Body::new))
    }
}

impl RoutesService {
    fn answer(&self, request: Request<Body>) -> ResponseFuture {
        let path = request.uri().path();
        let method = self.shared.methods.get(path);
        // Services of others decide for themselves what they take.
        if method.is_none()
            && let Some(answer) = self.shared.foreign.find(path)
        {
            if let Some(arrival) = request.extensions().get::<Arrival>() {
                arrival.reach();
            }
            // One of spikard's, added the tonic way, keeps the limits and the budget of the server.
            let mut request = request;
            request.extensions_mut().insert(self.shared.policy.clone());
            let max_bytes = self.shared.policy.limits.max_sent_metadata_bytes;
            let path = request.uri().path_and_query().cloned();
            let answer = answer(request);
            return Box::pin(async move {
                let response = answer.await?;
                Ok(bounded(response, path, max_bytes))
            });
        }
        if let Some(refused) = not_grpc(&request) {
            return Box::pin(ready(Ok(refused)));
        }
        match method {
            Some(method) => method.answer(ServerCall::new(request, self.shared.policy.clone())),
            None => Box::pin(ready(Ok(self.unknown(&request)))),
        }
    }
}

impl fmt::Debug for RoutesService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.shared.methods.keys()).finish()
    }
}
