//! What a connection knows of its peer.

use std::net::SocketAddr;
use std::time::Instant;

#[cfg(feature = "tls")]
use {rustls_pki_types::CertificateDer, std::sync::Arc};

/// What the server knows of a connection, as an extension of each of its requests.
///
/// Its presence also says that the request's body reports a broken-off stream as an error, so that a
/// clean end can be trusted even behind layers that rewrap the body.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionInfo {
    /// The client's address; `None` for a Unix socket.
    pub(crate) peer: Option<SocketAddr>,
    /// When the request arrived: what layers take of a call's time counts as well.
    pub(crate) arrived: Option<Instant>,
    /// The client's certificates, its own first; empty without mutual TLS.
    #[cfg(feature = "tls")]
    pub(crate) certificates: Arc<[CertificateDer<'static>]>,
}
