use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

#[grpc_stream(service = "messageservice.MessageService")]
async fn batch_create<M>(_request: GrpcClientStreamRequest<M>) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
