//! Serves the examples and the probe, for the tests that need a process of their own.

use std::error::Error;
use std::time::Duration;

use clap::Parser;
use spikard::Server;
use spikard_tests::mounts;
use spikard_tests::probe::Probe;

/// Serve the example services and the probe.
#[derive(Parser)]
struct Options {
    /// How long calls in flight may take to finish after SIGTERM or Ctrl-C, as `30s`.
    #[arg(long, default_value = "30s", value_parser = humantime::parse_duration)]
    grace: Duration,

    /// Serve the probe alone, whose Python side needs no packages.
    #[arg(long)]
    probe_only: bool,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    mounts::start_python();
    let server = if options.probe_only {
        Server::builder().add(Probe)
    } else {
        mounts::everything()
    };
    let server = server.grace(options.grace).bind("127.0.0.1:0").await?;
    if let Some(address) = server.local_addr() {
        println!("listening on {address}");
    }
    server.serve().await?;
    Ok(())
}
