//! From the settings to a server that listens.

use std::fmt;
use std::future::Future;
use std::io;
#[cfg(feature = "tls")]
use std::sync::Arc;

use futures_core::Stream;
#[cfg(unix)]
use tokio::net::UnixListener;
use tokio::net::{TcpListener, ToSocketAddrs};
#[cfg(feature = "tls")]
use tokio::sync::Semaphore;

use super::address::listen;
use super::broken::Broken;
use super::builder::ServerBuilder;
use super::connection::Serving;
use super::error::ServeError;
use super::executor::Streams;
use super::handshake::Handshake;
#[cfg(all(feature = "health", feature = "python", not(spikard_extension)))]
use super::health::Python;
use super::incoming::IncomingConnection;
use super::listener::Listener;
#[cfg(all(feature = "metrics", feature = "testing"))]
use super::metrics::Metrics;
#[cfg(feature = "orca")]
use super::orca::OpenRca;
use super::serve::Server;

impl ServerBuilder {
    /// Serves on `addr` until SIGTERM or Ctrl-C, then shuts down gracefully: see [`Server::serve`].
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind) and [`Server::serve`].
    pub async fn serve<A: ToSocketAddrs + fmt::Debug>(self, addr: A) -> Result<(), ServeError> {
        self.bind(addr).await?.serve().await
    }

    /// Serves on `addr` until `signal` is ready, then shuts down gracefully: see [`Server::serve_with_shutdown`].
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind) and [`Server::serve_with_shutdown`].
    pub async fn serve_with_shutdown<A: ToSocketAddrs + fmt::Debug>(
        self,
        addr: A,
        signal: impl Future<Output = ()>,
    ) -> Result<(), ServeError> {
        self.bind(addr).await?.serve_with_shutdown(signal).await
    }

    /// Serves connections that the program accepts, until SIGTERM or Ctrl-C: see
    /// [`listen_on_incoming`](Self::listen_on_incoming).
    ///
    /// # Errors
    ///
    /// As [`listen_on_incoming`](Self::listen_on_incoming) and [`Server::serve`].
    pub async fn serve_with_incoming<C: Into<IncomingConnection>>(
        self,
        connections: impl Stream<Item = io::Result<C>> + Send + 'static,
    ) -> Result<(), ServeError> {
        self.listen_on_incoming(connections)?.serve().await
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

    /// Serves connections that the program accepts, or makes: over vsock, behind a proxy that has a protocol of its own,
    /// or within the process.
    ///
    /// When the stream ends, the server ends with its last connection. An error of the stream is in the log, and the next
    /// connection is awaited.
    ///
    /// ```
    /// use spikard::Server;
    ///
    /// # async fn run() -> Result<(), spikard::ServeError> {
    /// let (client, connection) = tokio::io::duplex(64 << 10);
    /// let connections = tokio_stream::once(Ok(connection));
    /// let server = Server::builder().listen_on_incoming(connections)?;
    /// tokio::spawn(server.serve());
    /// // … a client of HTTP/2 on `client`
    /// # drop(client);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind), but for the address.
    pub fn listen_on_incoming<C: Into<IncomingConnection>>(
        self,
        connections: impl Stream<Item = io::Result<C>> + Send + 'static,
    ) -> Result<Server, ServeError> {
        self.finish(Listener::incoming(connections))
    }

    /// For clients in the process, which need no TLS, and of which there are many at once: no page of metrics listens.
    #[cfg(feature = "testing")]
    #[cfg_attr(
        not(any(feature = "metrics", feature = "tls")),
        expect(unused_mut, reason = "there is nothing to leave out")
    )]
    pub(crate) fn within_the_process(mut self) -> Self {
        #[cfg(feature = "tls")]
        {
            self.tls = None;
        }
        #[cfg(feature = "metrics")]
        {
            self.metrics = Metrics::None;
        }
        self
    }

    fn finish(self, listener: Listener) -> Result<Server, ServeError> {
        let routes = self.routes;
        let users = routes.service_names();
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
        let own = &routes.service_names() - &users;
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
            stack: self.layers.around(routes, own),
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
