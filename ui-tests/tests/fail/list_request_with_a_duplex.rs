use spikard::{GrpcBidiStreamRequest, GrpcDuplexResponse, Messages, Status, grpc_stream};

#[grpc_stream(service = "chat.Chat")]
async fn talk(request: GrpcBidiStreamRequest) -> Result<GrpcDuplexResponse, Status> {
    Ok(GrpcDuplexResponse::from(Messages::from(request.messages)))
}

fn main() {}
