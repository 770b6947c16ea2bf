//! What `#[grpc_stream]` makes is a tower service: here it is mounted in tonic's own server.

use std::error::Error;

use spikard_examples::records::Records;
use spikard_examples::transform::TransformStream;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    spikard_examples::start_python()?;
    let incoming = TcpIncoming::bind("127.0.0.1:0".parse()?)?;
    println!("listening on {}", incoming.local_addr()?);
    Server::builder()
        // HTTP/2 ends a connection with many small frames unread, and allows them in proportion to
        // this window. 16 MiB are enough for 10,000 at once; spikard's own server sets it by itself.
        .initial_connection_window_size(16 << 20)
        // tonic takes each service once. Methods that are written as separate functions are merged by
        // `spikard::Routes`, whose `into_tonic` goes to `add_routes`.
        .add_service(TransformStream)
        .add_service(Records::default())
        .serve_with_incoming(incoming)
        .await?;
    Ok(())
}
