use spikard::{GrpcResponse, Status, grpc_stream};

#[grpc_stream(service = "messageservice.MessageService")]
async fn batch_create(_request: GrpcClientStream) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
