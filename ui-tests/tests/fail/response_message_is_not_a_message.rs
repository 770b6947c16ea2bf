use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

struct Summary;

#[grpc_stream(service = "messageservice.MessageService")]
async fn batch_create(
    _request: GrpcClientStreamRequest,
) -> Result<GrpcResponse<Summary>, Status> {
    Ok(GrpcResponse::from(Summary))
}

fn main() {}
