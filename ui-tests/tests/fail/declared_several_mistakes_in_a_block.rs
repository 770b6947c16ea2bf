use spikard::{GrpcClientStreamRequest, GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::pb::messageservice::{Item, ItemId, message_service};

struct Items;

#[grpc_stream(service = message_service)]
impl Items {
    async fn fetch(&self, _request: GrpcRequest<ItemId>) -> Result<GrpcResponse<Item>, Status> {
        Ok(GrpcResponse::default())
    }

    #[grpc(method = "Put")]
    async fn insert(&self, _request: GrpcRequest<Item>) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    async fn get(&self, _request: GrpcRequest<Item>) -> Result<GrpcResponse<ItemId>, Status> {
        Ok(GrpcResponse::default())
    }

    #[grpc(python = "items:count")]
    async fn count(&self, request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status>;
}

fn main() {}
