//! Where connections come from.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};
use tokio::time::sleep;

/// The pause after an error such as EMFILE or ENOMEM: without one the loop would spin.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(100);

/// A socket that listens.
pub(super) enum Listener {
    Tcp(TcpListener, SocketAddr),
    #[cfg(unix)]
    Unix(UnixListener),
}

/// A socket that was accepted.
pub(super) enum Accepted {
    Tcp(TcpStream, SocketAddr),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Listener {
    /// The address of a TCP socket.
    pub(super) fn local_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(_, address) => Some(*address),
            #[cfg(unix)]
            Self::Unix(_) => None,
        }
    }

    /// The next connection. Errors are of one connection or pass; none is of the listener.
    pub(super) async fn accept(&self) -> Accepted {
        let mut said = false;
        loop {
            let accepted = match self {
                Self::Tcp(listener, _) => listener
                    .accept()
                    .await
                    .map(|(stream, peer)| Accepted::Tcp(stream, as_ipv4(peer))),
                #[cfg(unix)]
                Self::Unix(listener) => listener
                    .accept()
                    .await
                    .map(|(stream, _)| Accepted::Unix(stream)),
            };
            match accepted {
                Ok(accepted) => return accepted,
                Err(error) if is_of_the_connection(&error) => {
                    tracing::debug!(%error, "a connection broke before it was accepted");
                }
                Err(error) => {
                    // Once, not at each attempt: the next line comes after a connection.
                    if !said {
                        tracing::error!(
                            %error,
                            "cannot accept connections until the system allows it; raise the limit of open files \
                             (ulimit -n) or lower max_connections"
                        );
                    }
                    said = true;
                    sleep(EXHAUSTED_PAUSE).await;
                }
            }
        }
    }
}

/// The address of a client, which a socket for both versions of IP has in the form of the newer one.
fn as_ipv4(peer: SocketAddr) -> SocketAddr {
    SocketAddr::new(peer.ip().to_canonical(), peer.port())
}

fn is_of_the_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(_, address) => address.fmt(f),
            #[cfg(unix)]
            Self::Unix(listener) => listener.fmt(f),
        }
    }
}
