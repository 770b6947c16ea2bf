//! What the servers of the comparison and the load generator share.

pub mod owned;
mod raw;
pub mod shared;

use std::io::{self, Write};
use std::net::SocketAddr;

use tokio::signal::unix::{SignalKind, signal};

pub use raw::Raw;

/// Tells the harness where a server listens: the one line that it reads.
///
/// # Errors
///
/// When nobody reads it.
pub fn announce(address: SocketAddr) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "PORT {}", address.port())?;
    out.flush()
}

/// Gives back to the system what the allocator keeps for later, at each SIGUSR1: what is resident
/// after that is what the server holds.
///
/// # Errors
///
/// When the signal cannot be received.
pub fn trim_on_signal() -> io::Result<()> {
    let mut signals = signal(SignalKind::user_defined1())?;
    tokio::spawn(async move {
        while signals.recv().await.is_some() {
            #[cfg(target_env = "gnu")]
            // SAFETY: it takes no pointers, and may be called at any time by any thread.
            unsafe {
                libc::malloc_trim(0);
            }
        }
    });
    Ok(())
}
