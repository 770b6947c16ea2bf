use spikard::{GrpcBidiStreamResponse, GrpcClientStreamRequest, Status, grpc_stream};

#[grpc_stream(service = "messageservice.MessageService")]
async fn batch_create(
    request: GrpcClientStreamRequest,
) -> Result<GrpcBidiStreamResponse, Status> {
    Ok(GrpcBidiStreamResponse::from(request.messages))
}

fn main() {}
