//! tower layers around methods.

use std::error::Error;
use std::fmt;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tonic::body::Body;
use tower::util::{BoxCloneSyncService, MapErrLayer, MapResponseLayer, Oneshot};
use tower::{Layer, ServiceExt};
use tower_service::Service;

/// What a layer may fail with.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// What a layer of a [`Server`](crate::Server) or of [`Routes`](crate::Routes) wraps: the methods, with the layers that were
/// added after it.
///
/// The request has the extension [`tonic::GrpcMethod`], with the names of service and method, unless its path names
/// none of this server. A service of others does not say its methods: there, it is whatever method a path names.
pub type LayeredService = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

/// A layer of whatever type.
pub(crate) struct AnyLayer(Box<dyn FnOnce(LayeredService) -> LayeredService + Send>);

impl AnyLayer {
    pub(crate) fn new<L, B>(layer: L) -> Self
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
        Self(Box::new(move |inner| {
            let service = into_body.layer(into_error.layer(layer.layer(inner)));
            BoxCloneSyncService::new(service)
        }))
    }

    pub(crate) fn around(self, inner: LayeredService) -> LayeredService {
        (self.0)(inner)
    }

    /// Around the requests that `takes` is true of; the others go to `inner`.
    pub(crate) fn around_some(
        self,
        inner: LayeredService,
        takes: impl Fn(&str) -> bool + Clone + Send + Sync + 'static,
    ) -> LayeredService {
        let layered = self.around(inner.clone());
        BoxCloneSyncService::new(OfSome {
            takes,
            layered,
            inner,
        })
    }
}

impl fmt::Debug for AnyLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Layer(..)")
    }
}

/// A layer around some requests.
#[derive(Clone)]
struct OfSome<F> {
    /// By the path of a request.
    takes: F,
    layered: LayeredService,
    inner: LayeredService,
}

impl<F: Fn(&str) -> bool> Service<Request<Body>> for OfSome<F> {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Oneshot<LayeredService, Request<Body>>;

    /// Which of the two has to be ready is known with the request.
    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let service = if (self.takes)(request.uri().path()) {
            &self.layered
        } else {
            &self.inner
        };
        service.clone().oneshot(request)
    }
}
