//! What a server knows of a call besides its messages.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use http::Extensions;

use crate::collect::Charge;
use crate::connection_info::ConnectionInfo;

/// What the server knows of one call: the peer, the deadline, the extensions of the HTTP request.
///
/// Every request carries one behind an `Arc`; `Call::default()` knows nothing, which is what a
/// unit test of a handler wants.
///
/// ```
/// use spikard::{Bytes, GrpcRequest};
///
/// let request: GrpcRequest<Bytes> = GrpcRequest::default();
/// assert_eq!(request.call.deadline(), None);
/// assert_eq!(request.call.peer(), None);
/// ```
#[derive(Debug, Default)]
pub struct Call {
    connection: ConnectionInfo,
    deadline: Option<Instant>,
    extensions: Extensions,
    buffered: OnceLock<Buffered>,
}

impl Call {
    pub(crate) fn new(mut extensions: Extensions, deadline: Option<Instant>) -> Self {
        Self {
            connection: extensions.remove().unwrap_or_default(),
            deadline,
            extensions,
            buffered: OnceLock::new(),
        }
    }

    /// The client's address, or `None` over a Unix socket and outside spikard's own server.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.connection.peer
    }

    /// The client's certificates, its own first; empty without mutual TLS.
    #[cfg(feature = "tls")]
    pub fn peer_certs(&self) -> &[rustls_pki_types::CertificateDer<'static>] {
        &self.connection.certificates
    }

    /// When the call must be answered: the earlier of the client's `grpc-timeout` and the method's `timeout`.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The time left until the deadline, zero when it has passed, `None` without a deadline.
    pub fn time_remaining(&self) -> Option<Duration> {
        let deadline = self.deadline?;
        Some(deadline.saturating_duration_since(Instant::now()))
    }

    /// The extensions of the HTTP request: what tower layers left for the handler.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Whether the message at `index` was compressed on the wire; `false` for a stream that is not buffered.
    pub fn was_compressed(&self, index: usize) -> bool {
        self.compressed().get(index) == Some(&true)
    }

    /// Which messages were compressed, up to the last that was.
    pub(crate) fn compressed(&self) -> &[bool] {
        let buffered = self.buffered.get();
        buffered.map_or(&[], |buffered| &buffered.compressed)
    }

    pub(crate) fn hold(&self, buffered: Buffered) {
        // A call is collected once; a second charge would be given back at once, which is right too.
        let _ = self.buffered.set(buffered);
    }
}

/// What the call keeps of its messages once they are handed over.
#[derive(Debug)]
pub(crate) struct Buffered {
    /// The share of the server's buffer that they take, given back when the call ends.
    _charge: Charge,
    /// Which of them were compressed, up to the last that was.
    compressed: Vec<bool>,
}

impl Buffered {
    pub(crate) fn new(charge: Charge, compressed: Vec<bool>) -> Self {
        Self {
            _charge: charge,
            compressed,
        }
    }
}
