//! Serves the three services, in Rust and in Python, until SIGTERM or Ctrl-C.

use std::error::Error;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

/// Serve the example services.
#[derive(Parser)]
struct Options {
    /// The address to listen on; port 0 takes a free port.
    #[arg(long, default_value = "127.0.0.1:50051")]
    bind: String,

    /// How long calls in flight may take to finish after SIGTERM or Ctrl-C, as `30s`.
    #[arg(long, default_value = "30s", value_parser = humantime::parse_duration)]
    grace: Duration,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot serve: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Options) -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();

    spikard_examples::start_python()?;
    let server = spikard_examples::server()
        .complete_services(true)
        .grace(options.grace);
    println!("{}\n", server.table());
    let server = server.bind(options.bind).await?;
    if let Some(address) = server.local_addr() {
        println!("listening on {address}");
    }
    server.serve().await?;
    Ok(())
}
