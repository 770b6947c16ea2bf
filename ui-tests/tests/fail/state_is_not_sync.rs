use std::cell::Cell;

use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

struct Records {
    count: Cell<u32>,
}

#[grpc_stream(service = "recordservice.RecordService")]
impl Records {
    async fn import(&self, _request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        self.count.set(1);
        Ok(GrpcResponse::default())
    }
}

fn main() {}
