//! Accepting connections until told to stop.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use super::connection::Serving;
use super::drain::OpenConnections;
use super::listener::Listener;

/// Serves each connection that comes in, until `stop` says how long the drain of those that are open may take.
pub(super) async fn accept(
    listener: &Listener,
    serving: &Serving,
    stop: impl Future<Output = Duration>,
) -> (OpenConnections, Duration) {
    let mut stop = pin!(stop);
    let mut open = OpenConnections::new();
    let grace = loop {
        tokio::select! {
            accepted = listener.accept() => open.serve(serving.clone(), accepted),
            () = open.ended() => {}
            grace = stop.as_mut() => break grace,
        }
    };
    (open, grace)
}
