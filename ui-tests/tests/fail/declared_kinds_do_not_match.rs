use spikard::{GrpcBidiStreamRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::pb::messageservice::{Item, message_service};

#[grpc_stream(service = message_service)]
async fn transform(_request: GrpcBidiStreamRequest<Item>) -> Result<GrpcResponse<Item>, Status> {
    Ok(GrpcResponse::default())
}

fn main() {}
