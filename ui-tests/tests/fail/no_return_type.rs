use spikard::{GrpcClientStreamRequest, grpc_stream};

#[grpc_stream(service = "messageservice.MessageService")]
async fn batch_create(_request: GrpcClientStreamRequest) {}

fn main() {}
