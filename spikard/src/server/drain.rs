//! Serving until told to stop, and stopping within a bound.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

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
        match self.listener {
            Listener::Tcp(_, address) => Some(address),
            #[cfg(unix)]
            Listener::Unix(_) => None,
        }
    }

    /// Serves until SIGTERM or Ctrl-C, then drains: no new connections, calls in flight finish, and
    /// after the grace period, or at a second signal, what is left is cut off.
    ///
    /// # Errors
    ///
    /// When the signals cannot be received.
    pub async fn serve(self) -> Result<(), ServeError> {
        let mut signals = signal::Termination::new().map_err(ServeError::Signal)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = self.serve_until(async {
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

    /// Serves until `stop` is ready, then drains as [`serve`](Self::serve) does.
    pub async fn serve_until(self, stop: impl Future<Output = ()>) {
        let grace = self.grace;
        self.serve_until_told(async move {
            stop.await;
            grace
        })
        .await;
    }

    /// Serves until `stop` says how long the drain may take.
    pub(crate) async fn serve_until_told(self, stop: impl Future<Output = Duration>) {
        let mut stop = pin!(stop);
        #[cfg(feature = "health")]
        if let Some(health) = &self.health {
            health.serving().await;
        }
        let graceful = GracefulShutdown::new();
        let (stopping, _) = watch::channel(());
        let mut connections = JoinSet::new();
        let grace = loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                Some(_) = connections.join_next() => continue,
                grace = stop.as_mut() => break grace,
            };
            let mut stopped = stopping.subscribe();
            let stopping = async move {
                // An error means that the sender is gone, which is the end as well.
                let _ = stopped.changed().await;
            };
            let connection = self.serving.clone();
            connections.spawn(connection.serve(accepted, graceful.watcher(), stopping));
        };
        drop(self.listener);
        #[cfg(feature = "health")]
        if let Some(health) = self.health {
            health.draining().await;
        }
        stopping.send_replace(());
        tracing::info!(connections = connections.len(), ?grace, "draining");
        if timeout(grace, graceful.shutdown()).await.is_err() {
            let left = connections.len();
            tracing::warn!(
                connections = left,
                ?grace,
                "the grace period is over; cutting off what is left"
            );
        }
        connections.shutdown().await;
    }
}
