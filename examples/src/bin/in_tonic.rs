//! What `#[grpc_stream]` makes is a tower service: here it is mounted in tonic's own server.

use std::error::Error;

use spikard_examples::records::Records;
use spikard_examples::transform::TransformStream;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let incoming = TcpIncoming::bind("127.0.0.1:0".parse()?)?;
    println!("listening on {}", incoming.local_addr()?);
    // tonic takes each service once: methods that are written as separate functions are merged by
    // `spikard::Routes`, whose `into_tonic` goes to `add_routes`.
    Server::builder()
        .add_service(TransformStream)
        .add_service(Records::default())
        .serve_with_incoming(incoming)
        .await?;
    Ok(())
}
