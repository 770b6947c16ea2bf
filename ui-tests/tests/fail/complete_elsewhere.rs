use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::pb::messageservice::message_service;

#[grpc_stream(service = message_service, complete = true)]
async fn get(_request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

struct Items;

#[grpc_stream(service = message_service)]
impl Items {
    #[grpc(complete = true)]
    async fn get(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

fn main() {}
