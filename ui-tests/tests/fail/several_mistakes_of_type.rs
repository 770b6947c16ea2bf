use spikard::{GrpcClientStreamRequest, GrpcResponse, grpc_stream};

struct Item;

struct Records;

#[grpc_stream(service = "recordservice.RecordService")]
impl Records {
    async fn import(&self, _request: GrpcClientStreamRequest<Item>) -> Result<GrpcResponse, String> {
        Ok(GrpcResponse::default())
    }

    async fn score(&self, _request: String) -> GrpcResponse {
        GrpcResponse::default()
    }
}

fn main() {}
