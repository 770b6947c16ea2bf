use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::pb::messageservice::{Item, ItemId, message_service};

struct Items;

#[grpc_stream(service = message_service, complete = true)]
impl Items {
    async fn get(&self, _request: GrpcRequest<ItemId>) -> Result<GrpcResponse<Item>, Status> {
        Ok(GrpcResponse::default())
    }

    #[grpc(method = "GetHTTPInfo")]
    async fn info(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    #[cfg(any())]
    async fn count(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

fn main() {}
