use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

#[grpc_stream(service = "messageservice.MessageService", max_messages = (0), timeout = ("0s"))]
async fn batch_create(_request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
