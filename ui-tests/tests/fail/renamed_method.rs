use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::pb::renamed::after::{Record, Summary, record_service};

#[grpc_stream(service = record_service)]
async fn import(request: GrpcClientStreamRequest<Record>) -> Result<GrpcResponse<Summary>, Status> {
    let count = request.messages.len() as u64;
    Ok(GrpcResponse::from(Summary { count }))
}

fn main() {}
