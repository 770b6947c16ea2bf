//! What is said of connections that end with an error.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tracing::field::display;

use crate::call::Seldom;

/// Says it, at the level that it deserves. What peers do all the time, such as to reset a connection, is at DEBUG; what
/// someone has to look at is seen, but no more than ten times a second.
#[derive(Clone, Debug, Default)]
pub(super) struct Broken {
    handshakes: Arc<Seldom>,
    connections: Arc<Seldom>,
    closed: Arc<Seldom>,
}

impl Broken {
    /// A connection ended before HTTP/2 began.
    pub(super) fn before_http2(&self, peer: Option<SocketAddr>, error: &io::Error) {
        let peer = peer.map(display);
        // A port that is probed, or a connection that is opened ahead of its use.
        let is_routine = !matches!(
            error.kind(),
            io::ErrorKind::InvalidData | io::ErrorKind::TimedOut
        );
        if is_routine {
            tracing::debug!(peer, %error, "a connection was closed before HTTP/2 began");
        } else if let Some(left_out) = self.handshakes.tell() {
            tracing::info!(peer, %error, left_out, "a TLS handshake failed");
        }
    }

    /// A connection was closed before its time, for this reason.
    pub(super) fn closed(&self, peer: Option<SocketAddr>, reason: &str) {
        if let Some(left_out) = self.closed.tell() {
            let peer = peer.map(display);
            tracing::info!(peer, left_out, "a connection was closed {reason}");
        }
    }

    /// A connection ended with an error of HTTP/2.
    pub(super) fn in_http2(&self, peer: Option<SocketAddr>, error: &hyper::Error) {
        let (peer, cause) = (peer.map(display), Causes(error));
        if !ended_here(error) {
            tracing::debug!(peer, error = %cause, "a connection ended with an error");
        } else if let Some(left_out) = self.connections.tell() {
            tracing::warn!(
                peer, error = %cause, left_out,
                "a connection was closed, with all its calls, because the client broke HTTP/2"
            );
        }
    }
}

/// Whether it was this side that sent GOAWAY.
fn ended_here(error: &hyper::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            return error.is_library();
        }
        cause = error.source();
    }
    false
}

/// An error and its sources.
struct Causes<'a>(&'a hyper::Error);

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
