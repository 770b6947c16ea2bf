use spikard::{GrpcClientStreamRequest, Status, grpc_stream};

#[grpc_stream(service = "messageservice.MessageService")]
async fn batch_create(request: GrpcClientStreamRequest) -> Result<u64, Status> {
    Ok(request.messages.len() as u64)
}

fn main() {}
