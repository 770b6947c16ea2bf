//! Accepting connections until told to stop.

use std::future::Future;
use std::pin::pin;

use super::connection::Serving;
use super::drain::OpenConnections;
use super::listener::Listener;

/// Serves each connection that comes in, until `stop` is ready.
pub(super) async fn accept<T>(
    listener: &Listener,
    serving: &Serving,
    open: &mut OpenConnections,
    stop: impl Future<Output = T>,
) -> T {
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => open.serve(serving.clone(), accepted),
            () = open.ended() => {}
            told = stop.as_mut() => return told,
        }
    }
}
