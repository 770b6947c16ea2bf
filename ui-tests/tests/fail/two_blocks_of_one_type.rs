use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};

#[derive(Clone)]
struct Records;

#[grpc_stream(service = "recordservice.RecordService")]
impl Records {
    async fn import(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

#[grpc_stream(service = "recordservice.RecordService")]
impl Records {
    async fn export(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

fn main() {}
