use spikard::{GrpcBidiStreamResponse, GrpcDuplexRequest, Status, grpc_stream};

#[grpc_stream(service = "chat.Chat")]
async fn talk(_request: GrpcDuplexRequest) -> Result<GrpcBidiStreamResponse, Status> {
    Ok(GrpcBidiStreamResponse::default())
}

fn main() {}
