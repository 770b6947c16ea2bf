use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::pb::messageservice::{Item, ItemId, message_service};

struct Items;

// The wrong name is the mistake to mend first.
#[grpc_stream(service = message_service, complete = true)]
impl Items {
    async fn fetch(&self, _request: GrpcRequest<ItemId>) -> Result<GrpcResponse<Item>, Status> {
        Ok(GrpcResponse::default())
    }
}

fn main() {}
