//! The server that Connect's conformance suite calls: `make conformance`.

#[cfg(conformance)]
mod asked;
#[cfg(conformance)]
mod echo;
#[cfg(conformance)]
mod service;

/// The messages and the service of the suite, as the build script compiled them.
#[cfg(conformance)]
#[allow(
    clippy::doc_overindented_list_items,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "generated, and for clients as well"
)]
mod proto {
    include!(concat!(env!("OUT_DIR"), "/connectrpc.conformance.v1.rs"));
}

#[cfg(conformance)]
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    asked::serve().await
}

#[cfg(not(conformance))]
fn main() {
    eprintln!("built without the suite's .proto files: run `make conformance`");
    std::process::exit(2);
}
