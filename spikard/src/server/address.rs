//! Listening on an address.

use std::io;
use std::net::SocketAddr;

#[cfg(unix)]
use tokio::net::TcpSocket;
use tokio::net::{TcpListener, ToSocketAddrs, lookup_host};

/// As many as `TcpListener::bind` has.
#[cfg(unix)]
const BACKLOG: u32 = 1024;

/// Listens on the first address that can be; `shared` is SO_REUSEPORT, where there is one.
pub(super) async fn listen<A: ToSocketAddrs>(addr: A, shared: bool) -> io::Result<TcpListener> {
    let mut addresses: Vec<SocketAddr> = lookup_host(addr).await?.collect();
    if addresses.iter().all(|address| address.ip().is_loopback()) {
        // Of localhost, the one that clients rather write as a number.
        addresses.sort_by_key(SocketAddr::is_ipv6);
    }
    let listener = listen_on_first(&addresses, shared).await?;
    let taken = listener.local_addr()?.ip();
    let mut others: Vec<_> = addresses.iter().map(SocketAddr::ip).collect();
    others.retain(|other| *other != taken);
    if !others.is_empty() {
        tracing::warn!(
            "of several addresses, the server listens on {taken} alone, not on {others:?}"
        );
    }
    Ok(listener)
}

async fn listen_on_first(addresses: &[SocketAddr], shared: bool) -> io::Result<TcpListener> {
    #[cfg(unix)]
    if shared {
        return listen_shared(addresses);
    }
    #[cfg(not(unix))]
    let _ = shared;
    TcpListener::bind(addresses).await
}

#[cfg(unix)]
fn listen_shared(addresses: &[SocketAddr]) -> io::Result<TcpListener> {
    let listen = |address: &SocketAddr| {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        socket.set_reuseaddr(true)?;
        socket.set_reuseport(true)?;
        socket.bind(*address)?;
        socket.listen(BACKLOG)
    };
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match listen(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}
