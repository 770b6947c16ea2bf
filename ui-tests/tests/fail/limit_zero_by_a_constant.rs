use std::time::Duration;

use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

const MAX: usize = 0;

#[grpc_stream(
    service = "messageservice.MessageService",
    max_messages = MAX,
    max_message_bytes = 5 - 5,
    timeout = Duration::ZERO,
)]
async fn batch_create(_request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
