use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::pb::messageservice::{ItemId, message_service};

type Answer = Result<GrpcResponse<ItemId>, Status>;

#[grpc_stream(service = message_service)]
async fn get(_request: GrpcRequest<ItemId>) -> Answer {
    Ok(GrpcResponse::default())
}

fn main() {}
