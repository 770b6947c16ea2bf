//! The servers in Rust, each in a process of its own: `rust-server NAME`.

mod floor;
mod owned;
mod shared;

use std::error::Error;

use clap::{Parser, ValueEnum};
use spikard::{Limits, Server, ServerBuilder};
use spikard_benches::{Raw, announce, trim_on_signal};

#[derive(Parser)]
struct Arguments {
    server: Kind,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// spikard, handlers with typed messages, whose fields of bytes are `Bytes`.
    SpikardTyped,
    /// The same with fields of `Vec<u8>`.
    SpikardTypedVec,
    /// spikard, handlers on raw bytes.
    SpikardRaw,
    /// tonic, written by hand.
    Tonic,
    /// The same, but no message counts before the last has come, as it is with spikard.
    TonicCollecting,
    /// tonic, with fields of `Bytes`.
    TonicBytes,
    /// Bare hyper: the floor.
    Hyper,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    trim_on_signal()?;
    match Arguments::parse().server {
        Kind::SpikardTyped => spikard(Server::builder().add(spikard_benches::shared::Typed)).await,
        Kind::SpikardTypedVec => {
            spikard(Server::builder().add(spikard_benches::owned::Typed)).await
        }
        Kind::SpikardRaw => spikard(Server::builder().add(Raw)).await,
        Kind::Tonic => owned::serve(false).await,
        Kind::TonicCollecting => owned::serve(true).await,
        Kind::TonicBytes => shared::serve(false).await,
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
