//! The connections that are open, and their graceful shutdown within a bound.

use std::future::pending;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::connection::Serving;
use super::listener::Accepted;

/// Connections, each in a task of its own.
pub(super) struct OpenConnections {
    tasks: JoinSet<()>,
    graceful: GracefulShutdown,
    /// Tells those that have not begun HTTP/2, which `graceful` does not reach.
    stopping: watch::Sender<()>,
}

impl OpenConnections {
    pub(super) fn new() -> Self {
        Self {
            tasks: JoinSet::new(),
            graceful: GracefulShutdown::new(),
            stopping: watch::Sender::new(()),
        }
    }

    /// Serves one more.
    pub(super) fn serve(&mut self, serving: Serving, accepted: Accepted) {
        let mut stopped = self.stopping.subscribe();
        let stopping = async move {
            // An error means that the sender is gone, which is the end as well.
            let _ = stopped.changed().await;
        };
        let connection = serving.serve(accepted, self.graceful.watcher(), stopping);
        self.tasks.spawn(connection);
    }

    /// Ready when one has ended.
    pub(super) async fn ended(&mut self) {
        if self.tasks.join_next().await.is_none() {
            pending::<()>().await;
        }
    }

    /// Sends each GOAWAY, waits for the calls in flight, and cuts off what is left after `grace`.
    pub(super) async fn drain(mut self, grace: Duration) {
        self.stopping.send_replace(());
        tracing::info!(connections = self.tasks.len(), ?grace, "draining");
        if timeout(grace, self.graceful.shutdown()).await.is_err() {
            tracing::warn!(
                connections = self.tasks.len(),
                ?grace,
                "the grace period is over; cutting off what is left"
            );
        }
        self.tasks.shutdown().await;
    }
}
