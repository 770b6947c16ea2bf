//! Serves the service of the faults, with the flags of `spikard serve` that they need.

use std::error::Error;
use std::time::Duration;

use clap::Parser;
use spikard::{Limits, Server};
use spikard_tests::faulty::Faults;

/// Serve the service of the faults.
#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 1 << 30)]
    max_buffered_bytes: usize,
    #[arg(long)]
    max_buffered_bytes_per_connection: Option<usize>,
    #[arg(long, default_value_t = 4 << 20)]
    max_message_bytes: usize,
    #[arg(long, default_value_t = 128 << 20)]
    max_decoded_bytes: usize,
    #[arg(long, default_value = "60s", value_parser = humantime::parse_duration)]
    idle_timeout: Duration,
    #[arg(long, default_value = "5m", value_parser = humantime::parse_duration)]
    receive_timeout: Duration,
    #[arg(long, default_value = "10s", value_parser = humantime::parse_duration)]
    handshake_timeout: Duration,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    let limits = Limits {
        max_message_bytes: options.max_message_bytes,
        max_decoded_bytes: options.max_decoded_bytes,
        idle_timeout: options.idle_timeout,
        receive_timeout: Some(options.receive_timeout),
        ..Limits::default()
    };
    let mut server = Server::builder()
        .add(Faults::default())
        .limits(limits)
        .max_buffered_bytes(options.max_buffered_bytes)
        .handshake_timeout(options.handshake_timeout)
        .health();
    if let Some(bytes) = options.max_buffered_bytes_per_connection {
        server = server.max_buffered_bytes_per_connection(bytes);
    }
    let server = server.bind("127.0.0.1:0").await?;
    if let Some(address) = server.local_addr() {
        println!("listening on {address}");
    }
    server.serve().await?;
    Ok(())
}
