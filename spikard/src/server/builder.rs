//! The settings of a server.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use tonic::body::Body;
use tower::Layer;
use tower_service::Service;

use crate::routes::{AnyLayer, routes_steps};
use crate::{LayeredService, Routes};

#[cfg(feature = "health")]
use super::health::Health;
use super::layers::{Around, Layers};
#[cfg(feature = "metrics")]
use super::metrics::Metrics;
#[cfg(feature = "orca")]
use super::orca::Orca;
#[cfg(feature = "reflection")]
use super::reflection::Reflection;
use super::serve::Server;
#[cfg(feature = "tls")]
use super::tls::Tls;
use super::transport::Transport;

/// The services and settings of a [`Server`], from [`Server::builder`].
#[derive(Debug)]
pub struct ServerBuilder {
    pub(super) routes: Routes,
    pub(super) layers: Layers,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Tls>,
    #[cfg(feature = "health")]
    pub(super) health: Option<Health>,
    #[cfg(feature = "metrics")]
    pub(super) metrics: Metrics,
    #[cfg(all(feature = "health", feature = "python", not(spikard_extension)))]
    pub(super) unhealthy_after: Option<Duration>,
    #[cfg(feature = "orca")]
    pub(super) orca: Option<Orca>,
    #[cfg(feature = "reflection")]
    pub(super) reflection: Reflection,
    pub(super) transport: Transport,
    #[cfg(unix)]
    pub(super) reuse_port: bool,
    pub(super) drain_delay: Duration,
    pub(super) grace: Duration,
}

impl Server {
    /// A server with no services and the default settings.
    pub fn builder() -> ServerBuilder {
        ServerBuilder {
            routes: Routes::new(),
            layers: Layers::default(),
            #[cfg(feature = "tls")]
            tls: None,
            #[cfg(feature = "health")]
            health: None,
            #[cfg(feature = "metrics")]
            metrics: Metrics::None,
            #[cfg(all(feature = "health", feature = "python", not(spikard_extension)))]
            unhealthy_after: Some(Duration::from_secs(10)),
            #[cfg(feature = "orca")]
            orca: None,
            #[cfg(feature = "reflection")]
            reflection: Reflection::default(),
            transport: Transport::default(),
            #[cfg(unix)]
            reuse_port: false,
            drain_delay: Duration::ZERO,
            grace: Duration::from_secs(30),
        }
    }
}

/// A server of these routes, with their limits and other settings.
impl From<Routes> for ServerBuilder {
    fn from(routes: Routes) -> Self {
        Self {
            routes,
            ..Server::builder()
        }
    }
}

impl ServerBuilder {
    routes_steps!(routes);

    /// Adds the services of routes, with the layers that they have for them. The limits and the other settings stay those
    /// of the server; `ServerBuilder::from` is a server with all that the routes have.
    #[must_use]
    pub fn merge(mut self, routes: Routes) -> Self {
        self.routes = self.routes.merge(routes);
        self
    }

    /// Wraps all methods in a tower layer: authentication, tracing, metrics and the like.
    ///
    /// The layer added first is outermost. It finds the names of service and method in the extension
    /// [`tonic::GrpcMethod`], and what it inserts into the extensions, handlers find in
    /// [`Call::extensions`](crate::Call::extensions). Health, reflection and load reports of the server are not wrapped, so
    /// that an authentication layer does not keep out health checks: [`layer_all`](Self::layer_all) wraps them too, and
    /// [`layer_for`](Self::layer_for) one service or method. An error of a layer is sent as the [`Status`](crate::Status) that it is or has
    /// among its sources, else as UNKNOWN.
    ///
    /// ```
    /// use spikard::{GrpcRequest, GrpcResponse, Server, Status, grpc_stream};
    /// use tonic::service::interceptor::InterceptorLayer;
    ///
    /// #[derive(Clone)]
    /// struct User(String);
    ///
    /// fn authenticate(mut request: tonic::Request<()>) -> Result<tonic::Request<()>, Status> {
    ///     let user = request.metadata().get("x-user").and_then(|user| user.to_str().ok());
    ///     let user = user.ok_or_else(|| Status::unauthenticated("x-user is missing"))?;
    ///     let user = User(user.to_owned());
    ///     request.extensions_mut().insert(user);
    ///     Ok(request)
    /// }
    ///
    /// #[grpc_stream(service = "shop.Greeter")]
    /// async fn say_hello(request: GrpcRequest) -> Result<GrpcResponse<String>, Status> {
    ///     let user = request.call.extensions().get::<User>();
    ///     let user = user.ok_or_else(|| Status::internal("there is no layer"))?;
    ///     Ok(GrpcResponse::from(format!("Hello {}", user.0)))
    /// }
    ///
    /// let server = Server::builder().add(SayHello).layer(InterceptorLayer::new(authenticate));
    /// ```
    #[must_use]
    pub fn layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<LayeredService> + Send + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Future: Send + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<Box<dyn Error + Send + Sync>> + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        self.layers.push(Around::Users, AnyLayer::new(layer));
        self
    }

    /// As [`layer`](Self::layer), around the server's own services as well: health, reflection and load reports.
    ///
    /// For what has to see every call, such as an access log, and for authentication where reflection is not for strangers.
    /// Health checks have to get through such a layer.
    #[must_use]
    pub fn layer_all<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<LayeredService> + Send + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Future: Send + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<Box<dyn Error + Send + Sync>> + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        self.layers.push(Around::All, AnyLayer::new(layer));
        self
    }

    /// Serves `grpc.health.v1`, the health checking protocol: each service, and the server as a whole (the empty
    /// name), is SERVING until graceful shutdown begins, then NOT_SERVING. A `Watch` of a service that the server does
    /// not have says SERVICE_UNKNOWN and goes on. Health takes nothing from `max_buffered_bytes`.
    #[cfg(feature = "health")]
    #[must_use]
    pub fn health(self) -> Self {
        self.health_with(Health::new())
    }

    /// As [`health`](Self::health), with a handle that says which services cannot serve: see [`Health`].
    #[cfg(feature = "health")]
    #[must_use]
    pub fn health_with(mut self, health: Health) -> Self {
        self.health = Some(health);
        self
    }

    /// The health of this server and of each of its services, if it is served.
    #[cfg(all(feature = "health", feature = "python"))]
    pub(crate) fn reported_health(&self) -> Option<Health> {
        self.health.clone()
    }

    /// Reports the load of the server and of each call: see [`Orca`].
    #[cfg(feature = "orca")]
    #[must_use]
    pub fn orca(mut self, orca: Orca) -> Self {
        self.orca = Some(orca);
        self
    }

    /// Serves server reflection, `grpc.reflection.v1` and `v1alpha`, from an encoded `FileDescriptorSet`.
    /// Sets add up. What is served is listed, whether the sets describe it or not; what they do not describe is an
    /// error in the stream of answers (NOT_FOUND), which goes on.
    #[cfg(feature = "reflection")]
    #[must_use]
    pub fn reflection(mut self, descriptor_set: impl Into<Vec<u8>>) -> Self {
        self.reflection.add(descriptor_set.into());
        self
    }

    /// Serves over TLS. Files are read when the server binds. Unix sockets stay without TLS.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }
}
