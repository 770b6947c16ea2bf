//! All methods as one tower service.

#[cfg(feature = "server")]
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::ready;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
#[cfg(feature = "server")]
use tonic::GrpcMethod;
use tonic::body::Body;
#[cfg(feature = "server")]
use tower::{
    Layer as _,
    util::{BoxCloneSyncService, MapErrLayer},
};
use tower_service::Service;

#[cfg(feature = "orca")]
use crate::call::Budget;
use crate::call::Reached;
use crate::dispatch::{Policy, ResponseFuture, ServerCall, not_grpc, unknown_method};
use crate::respond::bounded;
#[cfg(feature = "server")]
use crate::stats::MethodCounters;
use crate::stats::{ServerCounters, Stats};

use super::foreign::ForeignByName;
use super::registry::Registered;
#[cfg(feature = "server")]
use super::{
    error::RoutesError,
    layered::{AnyLayer, LayeredService},
    layered_service::{LayeredServices, Named, through},
    seen::MethodOfPath,
};

/// All methods of a [`Routes`](crate::Routes) as one tower service; clones share them.
#[derive(Clone)]
pub struct RoutesService {
    shared: Arc<Shared>,
    #[cfg(feature = "server")]
    layered: LayeredServices,
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
            #[cfg(feature = "server")]
            layered: LayeredServices::default(),
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

#[cfg(feature = "server")]
impl RoutesService {
    /// With layers around some services and methods.
    pub(super) fn layered(mut self, layers: Vec<(String, AnyLayer)>) -> Result<Self, RoutesError> {
        let innermost = MapErrLayer::new(|never| match never {}).layer(self.clone());
        let innermost = BoxCloneSyncService::new(innermost);
        self.layered = LayeredServices::new(layers, &innermost, |name| self.find(name))?;
        Ok(self)
    }

    /// The names of its services.
    fn services(&self) -> BTreeSet<&'static str> {
        let ours = self.shared.methods.values().map(Registered::service);
        ours.chain(self.shared.foreign.names()).collect()
    }

    /// What `service` or `service/method` names. A service of others does not say its methods.
    fn find(&self, name: &str) -> Result<Named, RoutesError> {
        let (service, method) = match name.split_once('/') {
            None => (name, None),
            Some((service, method)) => (service, Some(method)),
        };
        let is_known = match method {
            None => self.services().contains(service),
            Some("") => false,
            Some(method) => {
                let path = format!("/{service}/{method}");
                let foreign = self.shared.foreign.names().any(|name| name == service);
                foreign || self.shared.methods.contains_key(&path)
            }
        };
        if !is_known {
            return Err(RoutesError::UnknownLayered {
                name: name.to_owned(),
                served: self.services().into_iter().map(String::from).collect(),
            });
        }
        Ok(Named {
            service: service.to_owned(),
            method: method.map(String::from),
        })
    }

    /// Answers a request through layers, which find the names of its method, those of this server or of a service.
    pub(crate) fn through_layers(
        &self,
        layers: LayeredService,
        mut request: Request<Body>,
    ) -> ResponseFuture {
        let mut method = request.extensions().get::<GrpcMethod<'static>>().cloned();
        if method.is_none() {
            match self.method(request.uri().path()) {
                MethodOfPath::Named(named) => {
                    request.extensions_mut().insert(named.clone());
                    method = Some(named);
                }
                MethodOfPath::None => {}
                MethodOfPath::Refused => {
                    return Box::pin(ready(Ok(self.unknown(&request))));
                }
            }
        }
        let counters = self.counters_of(request.uri().path());
        let max_bytes = self.max_sent_metadata_bytes();
        through(layers, request, method, counters, max_bytes)
    }

    /// The method that a path names.
    pub(crate) fn method(&self, path: &str) -> MethodOfPath {
        match self.shared.methods.get(path) {
            Some(method) => MethodOfPath::Named(method.names()),
            None => self.shared.foreign.method(path),
        }
    }

    /// See [`Limits::max_sent_metadata_bytes`](crate::Limits::max_sent_metadata_bytes).
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
        let request = request.map(Body::new);
        #[cfg(feature = "server")]
        if let Some(layers) = self.layered.around(request.uri().path()) {
            return self.through_layers(layers.clone(), request);
        }
        self.answer(request)
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
            Reached::set(request.extensions());
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
