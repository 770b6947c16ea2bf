//! The server: from listening to the end of its graceful shutdown.

use std::future::{Future, pending};
use std::net::SocketAddr;
use std::pin::pin;
#[cfg(feature = "metrics")]
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::sleep;
#[cfg(feature = "metrics")]
use tokio_util::task::AbortOnDropHandle;

use crate::call::panic_place;
use crate::stats::Stats;

use super::accept::accept;
use super::connection::Serving;
use super::drain::OpenConnections;
use super::error::ServeError;
#[cfg(feature = "health")]
use super::health::Health;
use super::listener::Listener;
#[cfg(feature = "metrics")]
use super::metrics::MetricsListener;
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
    pub(super) drain_delay: Duration,
    pub(super) grace: Duration,
    #[cfg(feature = "health")]
    pub(super) health: Option<Health>,
    #[cfg(feature = "metrics")]
    pub(super) metrics: Option<MetricsListener>,
}

impl Server {
    /// The address that the server listens on, with the port that was taken for port 0; `None` for a
    /// Unix socket.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.listener.local_addr()
    }

    /// The address of the page of metrics, if there is one: see
    /// [`metrics_bind`](crate::ServerBuilder::metrics_bind).
    #[cfg(feature = "metrics")]
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.metrics.as_ref()?.address
    }

    /// What the server has done: read it at any time, also while the server serves.
    ///
    /// ```
    /// # async fn run() -> Result<(), spikard::ServeError> {
    /// use spikard::Server;
    ///
    /// let server = Server::builder().bind("127.0.0.1:0").await?;
    /// let stats = server.stats();
    /// let serving = tokio::spawn(server.serve());
    /// println!("{} connections are open", stats.read().open_connections);
    /// # drop(serving);
    /// # Ok(())
    /// # }
    /// ```
    pub fn stats(&self) -> Stats {
        Stats::of(self.serving.counters.clone())
    }

    /// Serves until SIGTERM or Ctrl-C, then shuts down gracefully.
    ///
    /// Health says NOT_SERVING. After [`drain_delay`](crate::ServerBuilder::drain_delay) the listener closes and
    /// connections get GOAWAY. Calls in flight finish; those that are left after the grace period, or at a second signal,
    /// are answered UNAVAILABLE. The last handler has been dropped when this returns.
    ///
    /// # Errors
    ///
    /// When the signals cannot be received, and when calls were cut off.
    pub async fn serve(self) -> Result<(), ServeError> {
        let mut signals = signal::Termination::new().map_err(ServeError::Signal)?;
        let (stop, stopped) = oneshot::channel();
        let (hurry, hurried) = oneshot::channel();
        let grace = self.grace;
        // An error of a channel means that the signals have ended, and with them this function.
        let served = self.serve_until_told(
            async move {
                let _ = stopped.await;
                grace
            },
            async move {
                let _ = hurried.await;
            },
        );
        let signalled = async move {
            signals.next().await;
            let _ = stop.send(());
            signals.next().await;
            tracing::warn!("a second signal");
            let _ = hurry.send(());
            pending().await
        };
        tokio::select! {
            served = served => served,
            never = signalled => never,
        }
    }

    /// Serves until `signal` is ready, then shuts down gracefully as [`serve`](Self::serve) does.
    ///
    /// # Errors
    ///
    /// When calls were cut off.
    pub async fn serve_with_shutdown(
        self,
        signal: impl Future<Output = ()>,
    ) -> Result<(), ServeError> {
        let grace = self.grace;
        let stop = async move {
            signal.await;
            grace
        };
        self.serve_until_told(stop, pending()).await
    }

    /// Serves until `stop` says how long the drain may take, or at most until `hurry` is ready.
    pub(crate) async fn serve_until_told(
        mut self,
        stop: impl Future<Output = Duration>,
        hurry: impl Future<Output = ()>,
    ) -> Result<(), ServeError> {
        panic_place::note();
        #[cfg(feature = "metrics")]
        let _page = self.metrics.take().map(|metrics| {
            let stats = self.stats();
            // What it measures, it measures from the start.
            stats.read();
            let write = Arc::new(move || stats.read().to_prometheus());
            AbortOnDropHandle::new(tokio::spawn(metrics.serve(write)))
        });
        #[cfg(feature = "health")]
        let health = self.health;
        #[cfg(feature = "health")]
        if let Some(health) = &health {
            health.serving();
        }
        let mut hurry = pin!(hurry);
        let mut open = OpenConnections::new(self.serving.streams.clone());
        let accepting = accept(&mut self.listener, &self.serving, &mut open, stop);
        #[cfg(feature = "health")]
        let accepting = async {
            match &health {
                None => accepting.await,
                Some(health) => tokio::select! {
                    grace = accepting => grace,
                    never = health.follow() => match never {},
                },
            }
        };
        #[cfg(feature = "tls")]
        let tls = self.serving.handshake.tls.clone();
        #[cfg(feature = "tls")]
        let accepting = async {
            match &tls {
                None => accepting.await,
                Some(tls) => tokio::select! {
                    grace = accepting => grace,
                    never = tls.follow() => match never {},
                },
            }
        };
        let grace = accepting.await.unwrap_or(self.grace);
        #[cfg(feature = "health")]
        if let Some(health) = &health {
            health.not_serving();
        }
        if !self.drain_delay.is_zero() {
            tracing::info!(drain_delay = ?self.drain_delay, "about to drain");
            let delay = async {
                tokio::select! {
                    () = sleep(self.drain_delay) => {}
                    () = hurry.as_mut() => {}
                }
            };
            accept(&mut self.listener, &self.serving, &mut open, delay).await;
        }
        let room = self
            .serving
            .transport
            .max_connections
            .saturating_sub(open.len());
        for waiting in self.listener.close(room) {
            open.serve(self.serving.clone(), waiting);
        }
        match open.drain(grace, hurry).await {
            0 => Ok(()),
            calls => Err(ServeError::CutOff { calls }),
        }
    }
}
