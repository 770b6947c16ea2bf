use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

#[grpc_stream(servise = "messageservice.MessageService", python = "batch_handler:handle")]
async fn batch_create(request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status>;

async fn caller() -> Result<GrpcResponse, Status> {
    batch_create(GrpcClientStreamRequest::default()).await
}

fn main() {
    drop(caller());
}
