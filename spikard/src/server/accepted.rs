//! A connection that was accepted, before anything of it has been read.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

use crate::call::Connection;

/// A socket that was accepted.
pub(super) enum Accepted {
    Tcp(TcpStream, SocketAddr),
    #[cfg(unix)]
    Unix(UnixStream),
    /// By the program.
    Other(Box<dyn Bytestream>, Connection),
}

impl Accepted {
    /// A connection over TCP. A socket for both versions of IP has the address of a client in the form of the newer one.
    pub(super) fn tcp(stream: TcpStream, peer: SocketAddr) -> Self {
        Self::Tcp(
            stream,
            SocketAddr::new(peer.ip().to_canonical(), peer.port()),
        )
    }

    /// The address of the client.
    pub(super) fn peer(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(_, address) => Some(*address),
            #[cfg(unix)]
            Self::Unix(_) => None,
            Self::Other(_, connection) => connection.address,
        }
    }
}

/// A stream of bytes, both ways.
pub(super) trait Bytestream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Bytestream for S {}
