//! Services that tonic generated, beside those of `#[grpc_stream]`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;

use http::{Request, Response};
use tonic::body::Body;
use tonic::server::NamedService;
use tower_service::Service;

use crate::dispatch::ResponseFuture;

use super::error::RoutesError;

type Answer = Box<dyn Fn(Request<Body>) -> ResponseFuture + Send + Sync>;

/// tonic's services, in the order added.
#[derive(Default)]
pub(crate) struct Foreign(Vec<(&'static str, Answer)>);

impl Foreign {
    pub(crate) fn add<S>(&mut self, service: S)
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        let answer = move |request| -> ResponseFuture {
            let mut service = service.clone();
            Box::pin(async move {
                poll_fn(|cx| service.poll_ready(cx)).await?;
                service.call(request).await
            })
        };
        self.0.push((S::NAME, Box::new(answer)));
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
        Ok(ForeignByName(services))
    }
}

/// The services that answer the other paths.
pub(super) struct ForeignByName(HashMap<&'static str, Answer>);

impl ForeignByName {
    pub(super) fn find(&self, path: &str) -> Option<&Answer> {
        let (service, _) = path.strip_prefix('/')?.rsplit_once('/')?;
        self.0.get(service)
    }
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
