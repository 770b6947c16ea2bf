use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

macro_rules! methods {
    () => {};
}

struct Records;

#[grpc_stream(service = "recordservice.RecordService")]
impl Records {
    methods!();

    async fn import(&self, _request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

fn main() {}
