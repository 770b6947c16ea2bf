//! Accepting connections until told to stop, and draining them within a bound.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Server;

/// Serves until `stop` says how long the drain may take.
pub(super) async fn serve_until_told(server: Server, stop: impl Future<Output = Duration>) {
    let mut stop = pin!(stop);
    #[cfg(feature = "health")]
    if let Some(health) = &server.health {
        health.serving().await;
    }
    let graceful = GracefulShutdown::new();
    let (stopping, _) = watch::channel(());
    let mut connections = JoinSet::new();
    let grace = loop {
        let accepted = tokio::select! {
            accepted = server.listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            grace = stop.as_mut() => break grace,
        };
        let mut stopped = stopping.subscribe();
        let stopping = async move {
            // An error means that the sender is gone, which is the end as well.
            let _ = stopped.changed().await;
        };
        let connection = server.serving.clone();
        connections.spawn(connection.serve(accepted, graceful.watcher(), stopping));
    };
    drop(server.listener);
    #[cfg(feature = "health")]
    if let Some(health) = server.health {
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
