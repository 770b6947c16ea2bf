use spikard::{GrpcClientStreamRequest, grpc_stream};

#[grpc_stream(service = "message service", timeout = "0s", colour = "red")]
fn batch_create(_request: &GrpcClientStreamRequest) {}

fn main() {}
