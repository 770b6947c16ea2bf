use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::pb::messageservice::{BatchCreateResponse, Item, message_service};

#[grpc_stream(service = message_service)]
async fn batch_create(
    _request: GrpcRequest<Item>,
) -> Result<GrpcResponse<BatchCreateResponse>, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
