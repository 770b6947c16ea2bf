use spikard::{GrpcClientStreamRequest, GrpcResponse, grpc_stream};

#[grpc_stream(service = "messageservice.MessageService")]
async fn batch_create(_request: GrpcClientStreamRequest) -> Result<GrpcResponse, String> {
    Err(String::from("not yet"))
}

fn main() {}
