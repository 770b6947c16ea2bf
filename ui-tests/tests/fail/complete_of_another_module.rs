use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};

mod items {}

struct Items;

#[grpc_stream(service = items, complete = true)]
impl Items {
    async fn get(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

fn main() {}
