use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::pb::messageservice::{Item};

#[grpc_stream(service = Item)]
async fn get(_request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
