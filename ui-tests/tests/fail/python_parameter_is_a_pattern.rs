use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

#[grpc_stream(service = "messageservice.MessageService", python = "batch_handler:handle")]
async fn batch_create(
    GrpcClientStreamRequest { .. }: GrpcClientStreamRequest,
) -> Result<GrpcResponse, Status>;

fn main() {}
