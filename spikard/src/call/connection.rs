//! A connection, as its calls see it.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::atomic::AtomicUsize;

#[cfg(feature = "tls")]
use rustls_pki_types::CertificateDer;
#[cfg(all(feature = "server", unix))]
use tokio::net::{UnixStream, unix::UCred};
use tokio::sync::watch;

/// What is known of a connection, and what its calls hold together. The connection owns it, and its calls share it.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    /// The client's address; `None` for a Unix socket.
    pub(crate) address: Option<SocketAddr>,
    /// The client's certificates, its own first; empty without mutual TLS.
    #[cfg(feature = "tls")]
    pub(crate) certificates: Vec<CertificateDer<'static>>,
    /// The process at the other end of a Unix socket.
    #[cfg(all(feature = "server", unix))]
    pub(crate) credentials: Option<UCred>,
    /// The bytes of the budget that its calls hold.
    pub(super) charged: AtomicUsize,
    /// Whether it has had GOAWAY.
    draining: watch::Sender<bool>,
}

impl Connection {
    /// A connection of a client with this address.
    #[cfg(feature = "server")]
    pub(crate) fn from(address: SocketAddr) -> Self {
        Self {
            address: Some(address),
            ..Self::default()
        }
    }

    /// A connection over a Unix socket. The system has known its client's process since it was accepted.
    #[cfg(all(feature = "server", unix))]
    pub(crate) fn over_unix(stream: &UnixStream) -> Self {
        Self {
            credentials: stream.peer_cred().ok(),
            ..Self::default()
        }
    }

    /// Tells its calls that it takes no further ones.
    pub(crate) fn drain(&self) {
        self.draining.send_replace(true);
    }

    /// Whether it has had GOAWAY.
    #[cfg(feature = "python")]
    pub(crate) fn is_draining(&self) -> bool {
        *self.draining.borrow()
    }

    /// Ready when it has had GOAWAY. It works outside of tokio's threads as well.
    pub(crate) fn draining(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut draining = self.draining.subscribe();
        // An error means that the connection is gone, and with it the call.
        async move { drop(draining.wait_for(|draining| *draining).await) }
    }
}
