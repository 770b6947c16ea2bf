use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

const NONE: usize = 0;

#[grpc_stream(service = "messageservice.MessageService", max_decoded_bytes = "0MiB")]
async fn batch_create(_request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

#[grpc_stream(service = "messageservice.MessageService", max_decoded_bytes = "16 megabytes")]
async fn batch_update(_request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

#[grpc_stream(service = "messageservice.MessageService", max_decoded_bytes = NONE)]
async fn batch_delete(_request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
