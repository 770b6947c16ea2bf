use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};

#[grpc_stream(service = "a.A", accept_compression = "no", refuse_retried_uploads = 1)]
async fn echo(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(request.payload.into())
}

#[grpc_stream(service = "a.A", undecodable_as_invalid_argument = "yes")]
async fn other(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(request.payload.into())
}

fn main() {}
