//! Accepting connections until told to stop.

use std::future::{Future, ready};
use std::pin::pin;

use crate::call::Seldom;

use super::connection::Serving;
use super::drain::OpenConnections;
use super::listener::Listener;

/// Serves each connection that comes in, until `stop` is ready. `None` where the program accepts connections, has no more,
/// and the last has ended.
pub(super) async fn accept<T>(
    listener: &mut Listener,
    serving: &Serving,
    open: &mut OpenConnections,
    stop: impl Future<Output = T>,
) -> Option<T> {
    let mut stop = pin!(stop);
    let most = serving.transport.max_connections;
    let mut more = true;
    let full = Seldom::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if more && open.len() < most => {
                let Some(accepted) = accepted else {
                    more = false;
                    continue;
                };
                open.serve(serving.clone(), accepted);
                // Clients that come and go can reach it over and over.
                if open.len() == most && let Some(left_out) = full.tell() {
                    tracing::warn!(max_connections = most, left_out, "no more connections are accepted until one ends");
                }
            }
            () = open.ended() => {}
            () = ready(()), if !more && open.len() == 0 => return None,
            told = stop.as_mut() => return Some(told),
        }
    }
}
