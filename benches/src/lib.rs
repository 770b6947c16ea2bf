//! What the servers of the comparison and the load generator share.

/// The messages, and tonic's service, as they are generated from `proto/bench.proto`.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod proto {
    tonic::include_proto!("bench");
}

use std::io::{self, Write};
use std::net::SocketAddr;

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
