use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::pb::messageservice::{message_service};

struct Items;

#[grpc_stream(service = message_service)]
impl Items {
    async fn get_http_info(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    #[grpc(method = "GetHTTPInfo")]
    async fn info(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

fn main() {}
