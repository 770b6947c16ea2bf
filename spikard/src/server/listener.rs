//! Where connections come from.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::mem;
use std::net::SocketAddr;
#[cfg(unix)]
use std::os::fd::AsFd;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use tokio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::call::Seldom;

use super::accepted::Accepted;
use super::incoming::IncomingConnection;

/// The pause after an error such as EMFILE or ENOMEM, or of a socket that does not listen: without one the loop would
/// spin.
const PAUSE: Duration = Duration::from_millis(100);

/// A socket that listens.
pub(super) struct Listener {
    socket: Socket,
    /// Whether the log says that no connection can be accepted: its end is said as well.
    told: bool,
    seldom: Seldom,
}

enum Socket {
    Tcp(TcpListener, SocketAddr),
    #[cfg(unix)]
    Unix(UnixListener),
    /// Connections that the program accepts; `None` when there are no more.
    Incoming(Option<Connections>),
}

type Connections = Pin<Box<dyn Stream<Item = io::Result<IncomingConnection>> + Send>>;

impl Listener {
    /// A TCP socket, with its address.
    pub(super) fn tcp(listener: TcpListener, address: SocketAddr) -> Self {
        Self::new(Socket::Tcp(listener, address))
    }

    #[cfg(unix)]
    pub(super) fn unix(listener: UnixListener) -> Self {
        Self::new(Socket::Unix(listener))
    }

    /// Connections that the program accepts.
    pub(super) fn incoming<C: Into<IncomingConnection>>(
        connections: impl Stream<Item = io::Result<C>> + Send + 'static,
    ) -> Self {
        let connections = Converted(Box::pin(connections));
        Self::new(Socket::Incoming(Some(Box::pin(connections))))
    }

    fn new(socket: Socket) -> Self {
        Self {
            socket,
            told: false,
            seldom: Seldom::new(),
        }
    }

    /// The address of a TCP socket.
    pub(super) fn local_addr(&self) -> Option<SocketAddr> {
        match &self.socket {
            Socket::Tcp(_, address) => Some(*address),
            #[cfg(unix)]
            Socket::Unix(_) => None,
            Socket::Incoming(_) => None,
        }
    }

    /// The next connection. Errors are of one connection or pass; none is of the listener. Where the program accepts
    /// connections, it may have no more: then `None`.
    pub(super) async fn accept(&mut self) -> Option<Accepted> {
        loop {
            let accepted = match &mut self.socket {
                Socket::Tcp(listener, _) => listener
                    .accept()
                    .await
                    .map(|(stream, peer)| Accepted::tcp(stream, peer)),
                #[cfg(unix)]
                Socket::Unix(listener) => listener
                    .accept()
                    .await
                    .map(|(stream, _)| Accepted::Unix(stream)),
                Socket::Incoming(connections) => match next(connections).await {
                    Some(accepted) => accepted.map(IncomingConnection::into_accepted),
                    None => return None,
                },
            };
            match accepted {
                Ok(accepted) => {
                    if mem::take(&mut self.told) {
                        tracing::info!("connections are accepted again");
                    }
                    return Some(accepted);
                }
                Err(error) if is_of_the_connection(&error) => {
                    tracing::debug!(%error, "a connection broke before it was accepted");
                    // A stream of the program's may have one error after another.
                    yield_now().await;
                }
                Err(error) if self.was_shut_down(&error) => {
                    if !mem::replace(&mut self.told, true) {
                        tracing::warn!(
                            "the listening socket was shut down: waiting until it listens again"
                        );
                    }
                    sleep(PAUSE).await;
                    self.register_again();
                }
                Err(error) => {
                    self.cannot_accept(&error);
                    sleep(PAUSE).await;
                }
            }
        }
    }

    fn was_shut_down(&self, error: &io::Error) -> bool {
        let accepts = !matches!(self.socket, Socket::Incoming(_));
        accepts && error.kind() == io::ErrorKind::InvalidInput
    }

    /// tokio never forgets that a socket was shut down, and would poll it without end once it listens again.
    fn register_again(&mut self) {
        #[cfg(unix)]
        if let Socket::Tcp(listener, _) = &mut self.socket {
            let again = listener
                .as_fd()
                .try_clone_to_owned()
                .and_then(|fd| TcpListener::from_std(fd.into()));
            match again {
                Ok(again) => *listener = again,
                // Out of descriptors: the next attempt may find one.
                Err(error) => self.cannot_accept(&error),
            }
        }
    }

    /// Says so once, however long it lasts.
    fn cannot_accept(&mut self, error: &io::Error) {
        if self.told {
            return;
        }
        // A connection that ends lets another in, over and over.
        if let Some(left_out) = self.seldom.tell() {
            self.told = true;
            tracing::error!(
                %error, left_out,
                "cannot accept connections until the system allows it; raise the limit of open files \
                 (ulimit -n) or lower max_connections"
            );
        }
    }

    /// Stops listening. Returns the connections that were waiting to be accepted, `most` of them: the system would reset
    /// them.
    pub(super) fn close(self, most: usize) -> Vec<Accepted> {
        let closed = match self.socket {
            Socket::Tcp(listener, _) => listener.into_std().map(|listener| {
                let next = || {
                    let (stream, peer) = listener.accept()?;
                    stream.set_nonblocking(true)?;
                    Ok(Accepted::tcp(TcpStream::from_std(stream)?, peer))
                };
                waiting(next, most)
            }),
            #[cfg(unix)]
            Socket::Unix(listener) => listener.into_std().map(|listener| {
                let next = || {
                    let (stream, _) = listener.accept()?;
                    stream.set_nonblocking(true)?;
                    Ok(Accepted::Unix(UnixStream::from_std(stream)?))
                };
                waiting(next, most)
            }),
            // Those that the program has not handed over are its own.
            Socket::Incoming(_) => Ok(Vec::new()),
        };
        closed.unwrap_or_else(|error| {
            tracing::error!(%error, "cannot accept the connections that wait");
            Vec::new()
        })
    }
}

/// What is accepted without waiting.
fn waiting(mut next: impl FnMut() -> io::Result<Accepted>, most: usize) -> Vec<Accepted> {
    let mut accepted = Vec::new();
    while accepted.len() < most {
        match next() {
            Ok(one) => accepted.push(one),
            Err(error) if is_of_the_connection(&error) => {}
            Err(error) => {
                if error.kind() != io::ErrorKind::WouldBlock {
                    tracing::error!(%error, "cannot accept the connections that wait");
                }
                break;
            }
        }
    }
    accepted
}

/// The next of the connections. Their stream is dropped when it ends: what comes after its end is not said.
async fn next(connections: &mut Option<Connections>) -> Option<io::Result<IncomingConnection>> {
    let stream = connections.as_mut()?;
    let next = poll_fn(|cx| stream.as_mut().poll_next(cx)).await;
    if next.is_none() {
        *connections = None;
    }
    next
}

/// A stream of what becomes connections.
struct Converted<S>(Pin<Box<S>>);

impl<S, C> Stream for Converted<S>
where
    S: Stream<Item = io::Result<C>>,
    C: Into<IncomingConnection>,
{
    type Item = io::Result<IncomingConnection>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.0.as_mut().poll_next(cx);
        next.map(|next| next.map(|accepted| accepted.map(Into::into)))
    }
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
        match &self.socket {
            Socket::Tcp(_, address) => address.fmt(f),
            #[cfg(unix)]
            Socket::Unix(listener) => listener.fmt(f),
            Socket::Incoming(_) => f.write_str("Incoming(..)"),
        }
    }
}
