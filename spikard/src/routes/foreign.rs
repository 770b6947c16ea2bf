//! Services that tonic generated, beside those of `#[grpc_stream]`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::poll_fn;

use bytes::Bytes;
use http::{Request, Response};
#[cfg(feature = "server")]
use tonic::GrpcMethod;
use tonic::body::Body;
use tonic::server::NamedService;
use tower_service::Service;

use crate::dispatch::ResponseFuture;

use super::error::RoutesError;
#[cfg(feature = "server")]
use super::seen::{MethodOfPath, SeenMethods};

type Answer = Box<dyn Fn(Request<Body>) -> ResponseFuture + Send + Sync>;

/// tonic's services, in the order added.
#[derive(Default)]
pub(crate) struct Foreign(Vec<(&'static str, Answer)>);

impl Foreign {
    pub(crate) fn add<S, B>(&mut self, service: S)
    where
        S: Service<Request<Body>, Response = Response<B>, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let answer = move |request| -> ResponseFuture {
            let mut service = service.clone();
            Box::pin(async move {
                poll_fn(|cx| service.poll_ready(cx)).await?;
                let response = service.call(request).await?;
                Ok(response.map(Body::new))
            })
        };
        self.0.push((S::NAME, Box::new(answer)));
    }

    /// Adds the services of another.
    pub(crate) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }

    /// The services by name, if each is there once and none is among `ours`.
    pub(super) fn finish(
        self,
        mut ours: impl Iterator<Item = &'static str>,
    ) -> Result<ForeignByName, RoutesError> {
        let mut services: HashMap<&'static str, Answer> = HashMap::new();
        for (name, answer) in self.0 {
            match services.entry(name) {
                Entry::Vacant(slot) => slot.insert(answer),
                Entry::Occupied(_) => {
                    let service = name.to_owned();
                    return Err(RoutesError::DuplicateService { service });
                }
            };
        }
        if let Some(service) = ours.find(|name| services.contains_key(name)) {
            let service = service.to_owned();
            return Err(RoutesError::DuplicateService { service });
        }
        Ok(ForeignByName {
            services,
            #[cfg(feature = "server")]
            methods: SeenMethods::default(),
        })
    }
}

/// The services that answer the other paths.
pub(super) struct ForeignByName {
    services: HashMap<&'static str, Answer>,
    #[cfg(feature = "server")]
    methods: SeenMethods,
}

impl ForeignByName {
    #[cfg(feature = "server")]
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.services.keys().copied()
    }

    pub(super) fn find(&self, path: &str) -> Option<&Answer> {
        let (service, _) = split(path)?;
        self.services.get(service)
    }

    /// What layers are told of a path of theirs.
    #[cfg(feature = "server")]
    pub(super) fn method(&self, path: &str) -> MethodOfPath {
        let known = split(path).and_then(|(service, method)| {
            let (service, _) = self.services.get_key_value(service)?;
            Some((*service, method))
        });
        match known {
            None => MethodOfPath::None,
            Some((service, method)) => match self.methods.name(method) {
                Some(method) => MethodOfPath::Named(GrpcMethod::new(service, method)),
                None => MethodOfPath::Refused,
            },
        }
    }
}

/// The service and the method that a path names.
fn split(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix('/')?.rsplit_once('/')
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
