use spikard::{GrpcResponse, Status, grpc_stream};

#[grpc_stream(service = "messageservice.MessageService")]
async fn batch_create(request: Vec<u8>) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::from(spikard::Bytes::from(request)))
}

fn main() {}
