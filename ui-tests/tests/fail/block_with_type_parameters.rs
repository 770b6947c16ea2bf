use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

struct Records<T>(T);

#[grpc_stream(service = "recordservice.RecordService")]
impl<T> Records<T> {
    async fn import(&self, _request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

fn main() {}
