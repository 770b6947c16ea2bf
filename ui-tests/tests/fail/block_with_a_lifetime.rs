use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

struct Records<'a>(&'a str);

#[grpc_stream(service = "recordservice.RecordService")]
impl Records<'_> {
    async fn import(&self, _request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

fn main() {}
