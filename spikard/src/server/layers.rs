//! tower layers around all methods.

use std::error::Error;
use std::fmt;
use std::future::ready;

use bytes::Bytes;
use http::{Request, Response};
use tonic::GrpcMethod;
use tonic::body::Body;
use tower::util::{BoxCloneSyncService, MapErrLayer, MapResponseLayer};
use tower::{Layer, ServiceExt};
use tower_service::Service;

use crate::call::of_layer;
use crate::dispatch::ResponseFuture;
use crate::respond::{HeaderLimit, bounded};
use crate::routes::MethodOfPath;
use crate::{RoutesService, Status};

use super::with_layers::WithLayers;

type BoxError = Box<dyn Error + Send + Sync>;

/// What a layer of a [`Server`](crate::Server) wraps: the methods, with the layers that were added after it.
///
/// The request has the extension [`tonic::GrpcMethod`], with the names of service and method, unless its path names
/// none of this server. A service of others does not say its methods: there, it is whatever method a path names.
pub type LayeredService = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

/// The layers in the order added: the first sees a request first.
#[derive(Default)]
pub(super) struct Layers(Vec<Box<dyn FnOnce(LayeredService) -> LayeredService + Send>>);

impl Layers {
    pub(super) fn push<L, B>(&mut self, layer: L)
    where
        L: Layer<LayeredService> + Send + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Future: Send + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError> + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let into_body = MapResponseLayer::new(|response: Response<B>| response.map(Body::new));
        let into_error = MapErrLayer::new(Into::<BoxError>::into);
        self.0.push(Box::new(move |inner| {
            let service = into_body.layer(into_error.layer(layer.layer(inner)));
            BoxCloneSyncService::new(service)
        }));
    }

    pub(super) fn around(self, routes: RoutesService) -> Stack {
        if self.0.is_empty() {
            return Stack::Plain(routes);
        }
        let innermost = MapErrLayer::new(|never| match never {}).layer(routes.clone());
        let innermost = BoxCloneSyncService::new(innermost);
        let layers = self.0.into_iter().rev();
        Stack::Layered {
            service: layers.fold(innermost, |inner, layer| layer(inner)),
            routes,
        }
    }
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Layers({})", self.0.len())
    }
}

/// The methods of a server, with its layers around them.
#[derive(Clone, Debug)]
pub(super) enum Stack {
    Plain(RoutesService),
    Layered {
        service: LayeredService,
        routes: RoutesService,
    },
}

impl Stack {
    pub(super) fn call(&self, mut request: Request<Body>) -> ResponseFuture {
        match self {
            Self::Plain(routes) => routes.clone().call(request),
            Self::Layered { service, routes } => {
                let method = match routes.method(request.uri().path()) {
                    MethodOfPath::Named(method) => {
                        request.extensions_mut().insert(method.clone());
                        Some(method)
                    }
                    MethodOfPath::None => None,
                    MethodOfPath::Refused => {
                        return Box::pin(ready(Ok(routes.unknown(&request))));
                    }
                };
                let max_bytes = routes.max_sent_metadata_bytes();
                let path = request.uri().path_and_query().cloned();
                let counters = routes.counters_of(request.uri().path());
                let watch = WithLayers::watch(&mut request, method.clone(), counters);
                let answer = service.clone().oneshot(request);
                Box::pin(async move {
                    let answered = match answer.await {
                        Ok(response) => bounded(response, path, max_bytes),
                        Err(error) => {
                            let limit = header_limit(method.as_ref(), max_bytes);
                            let status = Status::from_error(error);
                            limit.status(of_layer(status)).into_http()
                        }
                    };
                    watch.answered(&answered);
                    Ok(answered)
                })
            }
        }
    }
}

/// For the status of a layer's error.
fn header_limit(method: Option<&GrpcMethod<'_>>, max_bytes: usize) -> HeaderLimit {
    let (service, method) = method.map_or(("?", "?"), |known| (known.service(), known.method()));
    HeaderLimit::new(
        service.to_owned().into(),
        method.to_owned().into(),
        max_bytes,
    )
}
