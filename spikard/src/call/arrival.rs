//! How a request arrived: from whom, when, and whether the end of its body can be trusted.

use std::net::SocketAddr;
use std::time::Instant;

#[cfg(feature = "tls")]
use {rustls_pki_types::CertificateDer, std::sync::Arc};

/// The other end of a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peer {
    /// The client's address; `None` for a Unix socket.
    pub(crate) address: Option<SocketAddr>,
    /// The client's certificates, its own first; empty without mutual TLS.
    #[cfg(feature = "tls")]
    pub(crate) certificates: Arc<[CertificateDer<'static>]>,
}

/// What the end of a request's body means, once it has come without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HalfClose {
    /// The client half-closed: a reset is an error of this body, whatever layers rewrap it.
    #[cfg_attr(
        not(feature = "server"),
        expect(dead_code, reason = "only spikard's own server can tell")
    )]
    Verified,
    /// The body itself has to be asked.
    Unverified,
}

/// What spikard's own server says of a request, as one of the request's extensions.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) peer: Peer,
    /// When the request arrived: the deadline counts what layers take as well.
    pub(crate) at: Instant,
    pub(crate) half_close: HalfClose,
}
