use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};

#[grpc_stream(service = messages::Service::<u8>)]
async fn get(_request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
