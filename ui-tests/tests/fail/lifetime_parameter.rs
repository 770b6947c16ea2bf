use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

#[grpc_stream(service = "messageservice.MessageService")]
async fn batch_create<'a>(_request: &'a GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
