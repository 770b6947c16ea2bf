use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};

#[grpc_stream(service = "recordservice.RecordService")]
async fn get(_request: GrpcRequest) -> Result<GrpcResponse, Box<dyn std::error::Error + Send + Sync>> {
    Ok(GrpcResponse::default())
}

#[grpc_stream(service = "recordservice.RecordService")]
async fn put(request: GrpcRequest<String>) -> Result<GrpcResponse<u64>, Status> {
    Ok(GrpcResponse::from(request.payload.parse::<u64>()?))
}

fn main() {}
