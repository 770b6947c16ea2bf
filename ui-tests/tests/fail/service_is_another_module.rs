use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};

use spikard_ui_tests::pb::messageservice;

#[grpc_stream(service = messageservice)]
async fn get(_request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
