use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::pb::messageservice::{message_service};

#[grpc_stream(service = message_service, method = "GetHttpInfo")]
async fn get(_request: GrpcRequest<String>) -> Result<GrpcResponse<Vec<u8>>, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
