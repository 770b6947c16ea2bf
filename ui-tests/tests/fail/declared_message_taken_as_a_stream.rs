use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::pb::messageservice::{Item, ItemId, message_service};

#[grpc_stream(service = message_service)]
async fn get(_request: GrpcClientStreamRequest<ItemId>) -> Result<GrpcResponse<Item>, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
