//! A handler whose method the `.proto` has. `tests/fail` has the same handler once it was renamed.

use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::pb::renamed::before::{Record, Summary, record_service};
use spikard_ui_tests::table;

#[grpc_stream(service = record_service)]
async fn import(request: GrpcClientStreamRequest<Record>) -> Result<GrpcResponse<Summary>, Status> {
    let count = request.messages.len() as u64;
    Ok(GrpcResponse::from(Summary { count }))
}

#[test]
fn runs() {
    assert_eq!(table::<Import>().len(), 1);
}
