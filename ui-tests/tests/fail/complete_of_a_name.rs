use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};

struct Items;

#[grpc_stream(service = "messageservice.MessageService", complete = true)]
impl Items {
    async fn get(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

fn main() {}
