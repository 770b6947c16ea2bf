//! Serves `grpc.testing.TestService` for the clients of the gRPC interop suite, with the suite's options.

use std::error::Error;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{ArgAction, Parser, ValueEnum};
use spikard::{Orca, Server, Tls};
use spikard_tests::interop::{TestService, TestServiceInPython};
use spikard_tests::mounts;

/// Serve the test service of the gRPC interop suite.
#[derive(Parser)]
struct Options {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    host: String,

    /// The port to listen on; 0 takes a free one, which is printed.
    #[arg(long)]
    port: u16,

    /// The language of the handlers.
    #[arg(long, value_enum, default_value_t = Language::Rust)]
    language: Language,

    /// Whether to serve over TLS.
    #[arg(
        long = "use_tls",
        action = ArgAction::Set,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        default_value_t = false
    )]
    use_tls: bool,

    /// The server's certificate for TLS, in PEM.
    #[arg(long = "tls_cert_file", required_if_eq("use_tls", "true"))]
    tls_cert_file: Option<PathBuf>,

    /// The private key of that certificate, in PEM.
    #[arg(long = "tls_key_file", required_if_eq("use_tls", "true"))]
    tls_key_file: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    Rust,
    Python,
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

    let server = match options.language {
        Language::Rust => Server::builder().add(TestService),
        Language::Python => {
            mounts::start_python();
            Server::builder().add(TestServiceInPython)
        }
    };
    // A client expects the load that it dictates, and nothing else.
    let orca = Orca::new()
        .recorded_only()
        .min_report_interval(Duration::ZERO);
    let server = server.orca(orca);
    let server = match (options.use_tls, options.tls_cert_file, options.tls_key_file) {
        (true, Some(certificate), Some(key)) => server.tls(Tls::new(certificate, key)),
        _ => server,
    };
    let server = server.bind((options.host.as_str(), options.port)).await?;
    if let Some(address) = server.local_addr() {
        println!("listening on {address}");
    }
    server.serve().await?;
    Ok(())
}
