use spikard::{GrpcRequest, GrpcServerStreamResponse, Status, grpc_stream};
use spikard_ui_tests::pb::messageservice::{Item, ItemId, message_service};

#[grpc_stream(service = message_service)]
async fn get(_request: GrpcRequest<ItemId>) -> Result<GrpcServerStreamResponse<Item>, Status> {
    Ok(GrpcServerStreamResponse::default())
}

fn main() {}
