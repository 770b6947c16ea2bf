use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};

struct Records;

#[grpc_stream(service = "recordservice.RecordService")]
impl Records {
    #[cfg_attr(debug_assertions, grpc(timeout = "5s"))]
    async fn import(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    #[cfg_attr(all(), cfg_attr(any(), inline, grpc(method = "Export")))]
    async fn export_all(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

fn main() {}
