//! The servers in Rust, each in a process of its own: `rust-server NAME`.

mod floor;
mod tonic_server;

use std::error::Error;

use clap::{Parser, ValueEnum};
use spikard::{Limits, Server, ServerBuilder};
use spikard_benches::{Raw, Typed, announce, trim_on_signal};

#[derive(Parser)]
struct Arguments {
    server: Kind,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// spikard, handlers with typed messages.
    SpikardTyped,
    /// spikard, handlers on raw bytes.
    SpikardRaw,
    /// tonic, written by hand.
    Tonic,
    /// The same, but no message counts before the last has come, as it is with spikard.
    TonicCollecting,
    /// Bare hyper: the floor.
    Hyper,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    trim_on_signal()?;
    match Arguments::parse().server {
        Kind::SpikardTyped => spikard(Server::builder().add(Typed)).await,
        Kind::SpikardRaw => spikard(Server::builder().add(Raw)).await,
        Kind::Tonic => tonic_server::serve(false).await,
        Kind::TonicCollecting => tonic_server::serve(true).await,
        Kind::Hyper => floor::serve().await,
    }
}

/// The limits are raised as far as the largest measurement needs.
async fn spikard(builder: ServerBuilder) -> Result<(), Box<dyn Error>> {
    let limits = Limits {
        max_stream_bytes: 1 << 30,
        ..Limits::default()
    };
    let server = builder.limits(limits).max_buffered_bytes(4 << 30);
    let server = server.bind("127.0.0.1:0").await?;
    announce(server.local_addr().ok_or("not a TCP listener")?)?;
    Ok(server.serve().await?)
}
