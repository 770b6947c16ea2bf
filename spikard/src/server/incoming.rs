//! Connections that the program accepts, or makes, by itself.

use std::fmt;
use std::net::SocketAddr;

#[cfg(feature = "tls")]
use rustls_pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

use crate::call::Connection;

use super::accepted::Accepted;

/// A connection that the program has accepted, or made, by itself: for
/// [`ServerBuilder::serve_with_incoming`](crate::ServerBuilder::serve_with_incoming).
///
/// Sockets of tokio, and [`tokio::io::duplex`], become one by themselves. Of others, such as those of vsock, say what is
/// known of the client:
///
/// ```
/// use spikard::IncomingConnection;
///
/// # fn accepted() -> tokio::io::DuplexStream { tokio::io::duplex(1 << 10).0 }
/// let connection = IncomingConnection::new(accepted()).peer(([192, 0, 2, 1], 50412).into());
/// ```
pub struct IncomingConnection(Accepted);

impl IncomingConnection {
    /// A connection of a client of which nothing is known.
    pub fn new(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Self {
        Self(Accepted::Other(Box::new(stream), Connection::default()))
    }

    /// The client's address, which is [`Call::peer`](crate::Call::peer).
    #[must_use]
    pub fn peer(self, address: SocketAddr) -> Self {
        self.with(|connection| connection.address = Some(address))
    }

    /// The client's certificates, its own first, where the program speaks TLS by itself:
    /// [`Call::peer_certs`](crate::Call::peer_certs).
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn peer_certs(self, certificates: Vec<CertificateDer<'static>>) -> Self {
        self.with(|connection| connection.certificates = certificates)
    }

    fn with(self, change: impl FnOnce(&mut Connection)) -> Self {
        let (stream, mut connection) = match self.0 {
            Accepted::Other(stream, connection) => (stream, connection),
            Accepted::Tcp(stream, address) => {
                (Box::new(stream) as Box<_>, Connection::from(address))
            }
            #[cfg(unix)]
            Accepted::Unix(stream) => {
                let connection = Connection::over_unix(&stream);
                (Box::new(stream) as Box<_>, connection)
            }
        };
        change(&mut connection);
        Self(Accepted::Other(stream, connection))
    }

    pub(super) fn into_accepted(self) -> Accepted {
        self.0
    }
}

/// The server sets its options on the socket.
impl From<TcpStream> for IncomingConnection {
    fn from(stream: TcpStream) -> Self {
        match stream.peer_addr() {
            Ok(address) => Self(Accepted::tcp(stream, address)),
            // The client is gone, as the first read will say.
            Err(_) => Self::new(stream),
        }
    }
}

#[cfg(unix)]
impl From<UnixStream> for IncomingConnection {
    fn from(stream: UnixStream) -> Self {
        Self(Accepted::Unix(stream))
    }
}

impl From<DuplexStream> for IncomingConnection {
    fn from(stream: DuplexStream) -> Self {
        Self::new(stream)
    }
}

impl fmt::Debug for IncomingConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IncomingConnection")
            .field("peer", &self.0.peer())
            .finish_non_exhaustive()
    }
}
