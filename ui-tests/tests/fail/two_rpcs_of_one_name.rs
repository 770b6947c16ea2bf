use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};

#[grpc_stream(service = "recordservice.RecordService", method = "Get")]
async fn get_record(_request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

#[grpc_stream(service = "userservice.UserService", method = "Get")]
async fn get_user(_request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
