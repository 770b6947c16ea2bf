use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::pb::messageservice::message_service;

const COMPLETE: bool = true;

struct Items;

#[grpc_stream(service = message_service, complete = COMPLETE)]
impl Items {
    async fn get(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

struct Others;

#[grpc_stream(service = message_service, complete)]
impl Others {
    async fn get(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

fn main() {}
