use spikard::{GrpcClientStreamRequest, GrpcRequest, GrpcResponse, Status, grpc_stream};

struct Records;

impl Records {
    const MAX: usize = 0;
}

#[grpc_stream(service = "recordservice.RecordService", max_stream_bytes = Self::MAX)]
impl Records {
    async fn import(&self, _request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    #[grpc(python = "records:score")]
    async fn score(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;
}

fn main() {}
