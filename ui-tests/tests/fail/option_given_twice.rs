use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

#[grpc_stream(service = "a.A", max_messages = 5, service = "b.B")]
async fn batch_create(_request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
