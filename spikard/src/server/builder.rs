//! The settings of a server.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
#[cfg(unix)]
use tokio::net::UnixListener;
use tokio::net::{TcpListener, ToSocketAddrs, lookup_host};
use tonic::body::Body;
use tower::Layer;
use tower_service::Service;

use crate::Routes;
use crate::routes::routes_steps;

use super::connection::Serving;
use super::error::ServeError;
use super::handshake::Handshake;
#[cfg(feature = "health")]
use super::health::Health;
use super::layers::{LayeredService, Layers};
use super::listener::Listener;
#[cfg(feature = "reflection")]
use super::reflection::Reflection;
use super::serve::Server;
#[cfg(feature = "tls")]
use super::tls::Tls;
use super::transport::Transport;

/// The services and settings of a [`Server`], from [`Server::builder`].
#[derive(Debug)]
pub struct ServerBuilder {
    routes: Routes,
    layers: Layers,
    #[cfg(feature = "tls")]
    tls: Option<Tls>,
    #[cfg(feature = "health")]
    health: Option<Health>,
    #[cfg(feature = "reflection")]
    reflection: Reflection,
    transport: Transport,
    grace: Duration,
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
            #[cfg(feature = "reflection")]
            reflection: Reflection::default(),
            transport: Transport::default(),
            grace: Duration::from_secs(30),
        }
    }
}

impl ServerBuilder {
    routes_steps!(routes);

    /// Replaces the routes, with their limits and compression.
    #[cfg(feature = "python")]
    pub(crate) fn routes(mut self, routes: Routes) -> Self {
        self.routes = routes;
        self
    }

    /// Wraps all methods in a tower layer: authentication, tracing, metrics and the like.
    ///
    /// The layer added first is outermost. It finds the names of service and method in the extension
    /// [`tonic::GrpcMethod`]. An error of a layer is sent as the [`Status`](crate::Status) that it is or has
    /// among its sources, else as UNKNOWN.
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
    /// name), is SERVING until graceful shutdown begins, then NOT_SERVING.
    #[cfg(feature = "health")]
    #[must_use]
    pub fn health(mut self) -> Self {
        self.health = Some(Health::new());
        self
    }

    /// Serves server reflection, `grpc.reflection.v1` and `v1alpha`, from an encoded `FileDescriptorSet`.
    /// Sets add up; of the services in them, those that are served are listed.
    #[cfg(feature = "reflection")]
    #[must_use]
    pub fn reflection(mut self, descriptor_set: impl Into<Vec<u8>>) -> Self {
        self.reflection.add(descriptor_set.into());
        self
    }

    /// The grace period of a graceful shutdown: the time for calls in flight to finish. Default: 30 s.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// SETTINGS_MAX_CONCURRENT_STREAMS: the calls that one connection may have in flight. Default: 256.
    ///
    /// A client queues further calls. Each stream has a flow-control window of 256 KiB.
    #[must_use]
    pub fn max_concurrent_streams(mut self, streams: u32) -> Self {
        self.transport.max_concurrent_streams = streams;
        self
    }

    /// Serves over TLS. The files are read when the server binds. Unix sockets stay without TLS.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Keepalive: the time between two HTTP/2 PINGs on a connection; `None` turns keepalive off. Default: 60 s.
    #[must_use]
    pub fn keepalive_interval(mut self, interval: Option<Duration>) -> Self {
        self.transport.keepalive_interval = interval;
        self
    }

    /// Keepalive: the time within which a PING must be acknowledged, or its connection is closed. Default: 20 s.
    #[must_use]
    pub fn keepalive_timeout(mut self, timeout: Duration) -> Self {
        self.transport.keepalive_timeout = timeout;
        self
    }

    /// The time for the TLS handshake and the HTTP/2 preface of a new connection, or it is closed. Default: 10 s.
    #[must_use]
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.transport.handshake_timeout = timeout;
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
    /// Two handlers for one method, a Python callable that cannot be used, a TLS file that cannot be
    /// used, or an address that cannot be listened on.
    pub async fn bind<A: ToSocketAddrs + fmt::Debug>(self, addr: A) -> Result<Server, ServeError> {
        let address = format!("{addr:?}");
        let listener = listen(addr)
            .await
            .map_err(|source| ServeError::Bind { source, address })?;
        self.listen_on(listener)
    }

    /// Serves on a socket that listens already.
    ///
    /// # Errors
    ///
    /// Two handlers for one method, a Python callable that cannot be used, or a TLS file that cannot be.
    pub fn listen_on(self, listener: TcpListener) -> Result<Server, ServeError> {
        let address = listener.local_addr().map_err(|source| ServeError::Bind {
            source,
            address: String::from("the given socket"),
        })?;
        self.finish(Listener::Tcp(listener, address))
    }

    /// Serves on a Unix socket that listens already.
    ///
    /// # Errors
    ///
    /// As [`listen_on`](Self::listen_on).
    #[cfg(unix)]
    pub fn listen_on_unix(self, listener: UnixListener) -> Result<Server, ServeError> {
        self.finish(Listener::Unix(listener))
    }

    fn finish(self, listener: Listener) -> Result<Server, ServeError> {
        let routes = self.routes;
        #[cfg(feature = "health")]
        let (routes, health) = match self.health {
            None => (routes, None),
            Some(mut health) => {
                health.report_on(routes.service_names().into_iter());
                (routes.add_service(health.service()), Some(health))
            }
        };
        #[cfg(feature = "reflection")]
        let routes = self
            .reflection
            .mount(routes)
            .map_err(ServeError::Reflection)?;
        let routes = routes.into_service()?;
        let handshake = Handshake {
            timeout: self.transport.handshake_timeout,
            #[cfg(feature = "tls")]
            tls: match self.tls {
                Some(tls) => Some(tls.acceptor().map_err(ServeError::Tls)?),
                None => None,
            },
        };
        let serving = Serving {
            stack: self.layers.around(routes),
            transport: self.transport,
            handshake,
        };
        Ok(Server {
            listener,
            serving,
            grace: self.grace,
            #[cfg(feature = "health")]
            health,
        })
    }
}

async fn listen<A: ToSocketAddrs>(addr: A) -> io::Result<TcpListener> {
    let addresses: Vec<SocketAddr> = lookup_host(addr).await?.collect();
    TcpListener::bind(&addresses[..]).await
}
