use spikard::{GrpcClientStreamRequest, GrpcResponse, grpc_stream};

#[grpc_stream(service = "messageservice.MessageService")]
async fn batch_create(_request: GrpcClientStreamRequest) -> GrpcResponse {
    GrpcResponse::default()
}

fn main() {}
