use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

struct Records;

#[grpc_stream(max_messages = 0)]
impl Records {
    fn import(&self, _request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    async fn score(&self, _request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status>;

    const LIMIT: usize = 5;

    #[grpc(timeout = "soon", metod = "Merge")]
    async fn merge(&mut self, _request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

fn main() {}
