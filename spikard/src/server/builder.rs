//! The settings of a server.

use std::error::Error;
use std::fmt;
#[cfg(feature = "tls")]
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
#[cfg(unix)]
use tokio::net::UnixListener;
use tokio::net::{TcpListener, ToSocketAddrs};
#[cfg(feature = "tls")]
use tokio::sync::Semaphore;
use tonic::body::Body;
use tower::Layer;
use tower_service::Service;

use crate::Routes;
use crate::routes::routes_steps;

use super::address::listen;
use super::broken::Broken;
use super::connection::Serving;
use super::error::ServeError;
use super::executor::Streams;
use super::handshake::Handshake;
#[cfg(feature = "health")]
use super::health::Health;
#[cfg(all(feature = "health", feature = "python", not(spikard_extension)))]
use super::health::Python;
use super::layers::{LayeredService, Layers};
use super::listener::Listener;
#[cfg(feature = "metrics")]
use super::metrics::Metrics;
#[cfg(feature = "orca")]
use super::orca::{OpenRca, Orca};
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
    layers: Layers,
    #[cfg(feature = "tls")]
    tls: Option<Tls>,
    #[cfg(feature = "health")]
    pub(super) health: Option<Health>,
    #[cfg(feature = "metrics")]
    pub(super) metrics: Metrics,
    #[cfg(all(feature = "health", feature = "python", not(spikard_extension)))]
    pub(super) unhealthy_after: Option<Duration>,
    #[cfg(feature = "orca")]
    orca: Option<Orca>,
    #[cfg(feature = "reflection")]
    reflection: Reflection,
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

impl ServerBuilder {
    routes_steps!(routes);

    /// Wraps all methods in a tower layer: authentication, tracing, metrics and the like.
    ///
    /// The layer added first is outermost. It finds the names of service and method in the extension
    /// [`tonic::GrpcMethod`], and what it inserts into the extensions, handlers find in
    /// [`Call::extensions`](crate::Call::extensions). Health and reflection are wrapped as well: an authentication layer has
    /// to let `grpc.health.v1.Health` through. An error of a layer is sent as the [`Status`](crate::Status) that it is or has
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
        self.layers.push(layer);
        self
    }

    /// Serves `grpc.health.v1`, the health checking protocol: each service, and the server as a whole (the empty
    /// name), is SERVING until graceful shutdown begins, then NOT_SERVING. A `Watch` of a service that the server does
    /// not have says SERVICE_UNKNOWN and goes on. Health takes nothing from `max_buffered_bytes`.
    #[cfg(feature = "health")]
    #[must_use]
    pub fn health(mut self) -> Self {
        self.health = Some(Health::new());
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

    /// Serves over TLS. The files are read when the server binds. Unix sockets stay without TLS.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Serves on `addr` until SIGTERM or Ctrl-C, then shuts down gracefully: see [`Server::serve`].
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind) and [`Server::serve`].
    pub async fn serve<A: ToSocketAddrs + fmt::Debug>(self, addr: A) -> Result<(), ServeError> {
        self.bind(addr).await?.serve().await
    }

    /// Listens on `addr`; port 0 is a free port. Connections wait in the backlog until the server serves.
    ///
    /// # Errors
    ///
    /// Two handlers for one method, and a Python callable, a file descriptor set or a TLS file that cannot be used; an
    /// address that cannot be listened on.
    pub async fn bind<A: ToSocketAddrs + fmt::Debug>(self, addr: A) -> Result<Server, ServeError> {
        let address = format!("{addr:?}");
        #[cfg(unix)]
        let shared = self.reuse_port;
        #[cfg(not(unix))]
        let shared = false;
        let listener = listen(addr, shared)
            .await
            .map_err(|source| ServeError::Bind { source, address })?;
        self.listen_on(listener)
    }

    /// Serves on a socket that listens already.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind), but for the address.
    pub fn listen_on(self, listener: TcpListener) -> Result<Server, ServeError> {
        let address = listener.local_addr().map_err(|source| ServeError::Bind {
            source,
            address: String::from("the given socket"),
        })?;
        self.finish(Listener::tcp(listener, address))
    }

    /// Serves on a Unix socket that listens already.
    ///
    /// # Errors
    ///
    /// As [`listen_on`](Self::listen_on).
    #[cfg(unix)]
    pub fn listen_on_unix(self, listener: UnixListener) -> Result<Server, ServeError> {
        self.finish(Listener::unix(listener))
    }

    fn finish(self, listener: Listener) -> Result<Server, ServeError> {
        let routes = self.routes;
        #[cfg(feature = "health")]
        let (routes, health) = match self.health {
            None => (routes, None),
            Some(mut health) => {
                health.report_on(routes.service_names().into_iter());
                #[cfg(all(feature = "python", not(spikard_extension)))]
                if routes.calls_python() {
                    health.python = Some(Python::Asked(self.unhealthy_after));
                }
                (routes.add(health.service()), Some(health))
            }
        };
        #[cfg(feature = "reflection")]
        let routes = self
            .reflection
            .mount(routes)
            .map_err(ServeError::Reflection)?;
        #[cfg(feature = "orca")]
        let (routes, load) = match self.orca {
            None => (routes, None),
            Some(orca) => {
                let service = OpenRca::new(orca, routes.limits.max_sent_metadata_bytes);
                let load = service.load();
                (routes.add(service), Some(load))
            }
        };
        let routes = routes.into_service()?;
        #[cfg(feature = "orca")]
        if let Some(load) = &load {
            load.watch(routes.budget());
        }
        #[cfg(feature = "metrics")]
        let metrics = self.metrics.listen()?;
        let handshake = Handshake {
            timeout: self.transport.handshake_timeout,
            nodelay: self.transport.tcp_nodelay,
            keepalive: self.transport.tcp_keepalive,
            #[cfg(feature = "tls")]
            slots: Arc::new(Semaphore::new(self.transport.max_handshakes)),
            #[cfg(feature = "tls")]
            tls: match self.tls {
                Some(tls) => Some(tls.acceptor().map_err(ServeError::Tls)?),
                None => None,
            },
        };
        let serving = Serving {
            counters: routes.counters().clone(),
            stack: self.layers.around(routes),
            transport: self.transport,
            handshake,
            streams: Streams::default(),
            broken: Broken::default(),
            #[cfg(feature = "orca")]
            load,
        };
        Ok(Server {
            listener,
            serving,
            drain_delay: self.drain_delay,
            grace: self.grace,
            #[cfg(feature = "health")]
            health,
            #[cfg(feature = "metrics")]
            metrics,
        })
    }
}
