use spikard::{GrpcClientStreamRequest, grpc_stream};

#[grpc_stream(service = "messageservice.MessageService", python = "batch_handler:handle")]
async fn batch_create(request: GrpcClientStreamRequest) -> impl Into<spikard::Status>;

fn main() {}
