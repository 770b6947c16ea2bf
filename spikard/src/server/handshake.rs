//! The TLS handshake, or the lack of one, before HTTP/2 begins.

use std::fmt;
use std::io;
use std::net::SocketAddr;
#[cfg(feature = "tls")]
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
#[cfg(feature = "tls")]
use tokio::sync::Semaphore;
use tokio::time::timeout;
#[cfg(feature = "tls")]
use tokio_rustls::server::TlsStream;

use crate::call::Connection;

use super::accepted::{Accepted, Bytestream};
#[cfg(feature = "tls")]
use super::tls::Acceptor;

/// Makes a connection of an accepted socket, over TLS where the server has it.
#[derive(Clone)]
pub(super) struct Handshake {
    pub(super) timeout: Duration,
    /// TCP_NODELAY.
    pub(super) nodelay: bool,
    /// SO_KEEPALIVE.
    pub(super) keepalive: Option<Duration>,
    /// The TLS handshakes that may be in progress.
    #[cfg(feature = "tls")]
    pub(super) slots: Arc<Semaphore>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Acceptor>,
}

/// A connection that HTTP/2 can begin on.
pub(super) enum Established {
    Plain(TcpStream, Connection),
    #[cfg(unix)]
    Unix(UnixStream, Connection),
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream<TcpStream>>, Connection),
    Other(Box<dyn Bytestream>, Connection),
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
            Accepted::Unix(stream) => {
                let connection = Connection::over_unix(&stream);
                Ok(Established::Unix(stream, connection))
            }
            Accepted::Other(stream, connection) => self.other(stream, connection).await,
        }
    }

    async fn tcp(&self, stream: TcpStream, address: SocketAddr) -> io::Result<Established> {
        stream.set_nodelay(self.nodelay)?;
        if let Some(idle) = self.keepalive {
            let keepalive = TcpKeepalive::new().with_time(idle);
            SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
        }
        let connection = Connection::from(address);
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            let (stream, connection) = self.encrypted(tls, stream, connection).await?;
            return Ok(Established::Tls(stream, connection));
        }
        Ok(Established::Plain(stream, connection))
    }

    async fn other(
        &self,
        stream: Box<dyn Bytestream>,
        connection: Connection,
    ) -> io::Result<Established> {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            let (stream, connection) = self.encrypted(tls, stream, connection).await?;
            return Ok(Established::Other(stream, connection));
        }
        Ok(Established::Other(stream, connection))
    }

    #[cfg(feature = "tls")]
    async fn encrypted<S: Bytestream>(
        &self,
        tls: &Acceptor,
        stream: S,
        mut connection: Connection,
    ) -> io::Result<(Box<TlsStream<S>>, Connection)> {
        // An error means that the semaphore is closed, which it never is.
        let _slot = self.slots.acquire().await;
        let stream = tls.accept(stream).await?;
        let (_, session) = stream.get_ref();
        let certificates = session.peer_certificates().unwrap_or_default();
        connection.certificates = certificates.to_vec();
        Ok((Box::new(stream), connection))
    }
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
