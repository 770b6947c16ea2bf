//! The server: from listening to the end of its graceful shutdown.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::oneshot;

use super::accept::accept;
use super::connection::Serving;
use super::error::ServeError;
#[cfg(feature = "health")]
use super::health::Health;
use super::listener::Listener;
use super::signal;

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
    pub(super) listener: Listener,
    pub(super) serving: Serving,
    pub(super) grace: Duration,
    #[cfg(feature = "health")]
    pub(super) health: Option<Health>,
}

impl Server {
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
        #[cfg(feature = "health")]
        let health = self.health;
        #[cfg(feature = "health")]
        if let Some(health) = &health {
            health.serving().await;
        }
        let (open, grace) = accept(&self.listener, &self.serving, stop).await;
        drop(self.listener);
        #[cfg(feature = "health")]
        if let Some(health) = health {
            health.draining().await;
        }
        open.drain(grace).await;
    }
}
