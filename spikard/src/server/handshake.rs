//! The TLS handshake, or the lack of one, before HTTP/2 begins.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::time::timeout;
#[cfg(feature = "tls")]
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::call::Peer;

use super::listener::Accepted;

/// Makes a connection of an accepted socket, over TLS where the server has it.
#[derive(Clone)]
pub(super) struct Handshake {
    pub(super) timeout: Duration,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<TlsAcceptor>,
}

/// A connection that HTTP/2 can begin on.
pub(super) enum Established {
    Plain(TcpStream, Peer),
    #[cfg(unix)]
    Unix(UnixStream, Peer),
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream<TcpStream>>, Peer),
}

impl Handshake {
    /// # Errors
    ///
    /// A connection that broke, or a TLS handshake that failed or took too long.
    pub(super) async fn establish(&self, accepted: Accepted) -> io::Result<Established> {
        let established = timeout(self.timeout, self.begin(accepted)).await;
        established.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    async fn begin(&self, accepted: Accepted) -> io::Result<Established> {
        match accepted {
            Accepted::Tcp(stream, address) => self.tcp(stream, address).await,
            #[cfg(unix)]
            Accepted::Unix(stream) => Ok(Established::Unix(stream, Peer::default())),
        }
    }

    async fn tcp(&self, stream: TcpStream, address: SocketAddr) -> io::Result<Established> {
        stream.set_nodelay(true)?;
        let peer = Peer {
            address: Some(address),
            ..Peer::default()
        };
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            let stream = tls.accept(stream).await?;
            let (_, session) = stream.get_ref();
            let certificates = session.peer_certificates().unwrap_or_default();
            let peer = Peer {
                certificates: certificates.to_vec().into(),
                ..peer
            };
            return Ok(Established::Tls(Box::new(stream), peer));
        }
        Ok(Established::Plain(stream, peer))
    }
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
