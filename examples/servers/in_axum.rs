//! gRPC and plain HTTP on one port: spikard's routes beside an axum handler.

use std::error::Error;

use axum::routing::get;
use spikard::Routes;
use spikard_examples::batch::BatchCreate;
use spikard_examples::records::Records;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    spikard_examples::start_python()?;
    let grpc = Routes::new()
        .add(BatchCreate)
        .add(Records::default())
        .into_axum_router()?;
    let app = grpc.route("/", get(async || "gRPC is served here too\n"));

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
