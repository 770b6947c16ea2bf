use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

struct Item;

#[grpc_stream(service = "messageservice.MessageService")]
async fn batch_create(_request: GrpcClientStreamRequest<Item>) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
