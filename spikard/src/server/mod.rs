//! spikard's own server, over hyper: the promises about time, small frames and draining need one.

mod builder;
mod clock;
mod connection;
mod drain;
mod error;
mod executor;
mod handshake;
#[cfg(feature = "health")]
mod health;
mod layers;
mod listener;
mod preface;
#[cfg(feature = "reflection")]
mod reflection;
mod signal;
mod stall;
#[cfg(feature = "tls")]
mod tls;
mod transport;
mod verified_body;

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::oneshot;

pub use builder::ServerBuilder;
use connection::Serving;
pub use error::ServeError;
#[cfg(feature = "health")]
use health::Health;
pub use layers::LayeredService;
use listener::Listener;
#[cfg(feature = "reflection")]
pub use reflection::ReflectionError;
#[cfg(feature = "tls")]
pub use tls::{Tls, TlsError};

/// A gRPC server that listens on an address.
///
/// ```no_run
/// # async fn run() -> Result<(), spikard::ServeError> {
/// use spikard::Server;
///
/// let server = Server::builder().bind("127.0.0.1:0").await?;
/// println!("listening on {:?}", server.local_addr());
/// server.serve().await
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    listener: Listener,
    serving: Serving,
    grace: Duration,
    #[cfg(feature = "health")]
    health: Option<Health>,
}

impl Server {
    /// A server with no services and the default settings.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::new()
    }

    /// The address that the server listens on, with the port that was taken for port 0; `None` for a
    /// Unix socket.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until SIGTERM or Ctrl-C, then shuts down gracefully: connections get GOAWAY, calls in flight
    /// finish, and after the grace period, or at a second signal, what is left is cut off.
    ///
    /// # Errors
    ///
    /// When the signals cannot be received.
    pub async fn serve(self) -> Result<(), ServeError> {
        let mut signals = signal::Termination::new().map_err(ServeError::Signal)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = self.serve_with_shutdown(async {
            // An error means that the signals have ended, and with them this function.
            let _ = stopped.await;
        });
        let signalled = async {
            signals.next().await;
            let _ = stop.send(());
            signals.next().await;
        };
        tokio::select! {
            () = served => {}
            () = signalled => tracing::warn!("a second signal: cutting off what is left"),
        }
        Ok(())
    }

    /// Serves until `signal` is ready, then shuts down gracefully as [`serve`](Self::serve) does.
    pub async fn serve_with_shutdown(self, signal: impl Future<Output = ()>) {
        let grace = self.grace;
        self.serve_until_told(async move {
            signal.await;
            grace
        })
        .await;
    }

    /// Serves until `stop` says how long the drain may take.
    pub(crate) async fn serve_until_told(self, stop: impl Future<Output = Duration>) {
        drain::serve_until_told(self, stop).await;
    }
}
