use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

struct Records;

#[grpc_stream(service = "recordservice.RecordService")]
impl Records {
    async fn import(&self, _request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status>;
}

fn main() {}
