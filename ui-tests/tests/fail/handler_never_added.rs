#![deny(dead_code)]

use spikard::{GrpcRequest, GrpcResponse, Server, Status, grpc_stream};
use spikard_ui_tests::pb::messageservice::message_service;

#[grpc_stream(service = "shop.Shop")]
async fn served(_request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

#[grpc_stream(service = "shop.Shop", max_messages = 1 + 1)]
async fn forgotten(_request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

struct Block(u8);

#[grpc_stream(service = message_service)]
impl Block {
    async fn get_http_info(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Err(Status::internal(self.0.to_string()))
    }
}

fn main() {
    let _ = Server::builder().add(Served);
}
