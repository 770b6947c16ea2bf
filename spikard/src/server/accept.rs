//! Accepting connections until told to stop.

use std::future::Future;
use std::pin::pin;

use crate::call::Seldom;

use super::connection::Serving;
use super::drain::OpenConnections;
use super::listener::Listener;

/// Serves each connection that comes in, until `stop` is ready.
pub(super) async fn accept<T>(
    listener: &mut Listener,
    serving: &Serving,
    open: &mut OpenConnections,
    stop: impl Future<Output = T>,
) -> T {
    let mut stop = pin!(stop);
    let most = serving.transport.max_connections;
    let full = Seldom::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if open.len() < most => {
                open.serve(serving.clone(), accepted);
                // Clients that come and go can reach it over and over.
                if open.len() == most && let Some(left_out) = full.tell() {
                    tracing::warn!(max_connections = most, left_out, "no more connections are accepted until one ends");
                }
            }
            () = open.ended() => {}
            told = stop.as_mut() => return told,
        }
    }
}
