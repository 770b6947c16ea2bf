//! RPCs of one name in two services, handled in one module.

use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::call;

#[grpc_stream(service = "a.Records", method = "Get", name = GetRecord)]
async fn get_record(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(request.payload.into())
}

#[grpc_stream(service = "a.Users", method = "Get", name = GetUser)]
async fn get_user(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(request.payload.into())
}

#[test]
fn runs() {
    assert_eq!(
        call(&mut GetRecord, "a.Records/Get", &[b"x"]).messages,
        ["x"]
    );
    assert_eq!(call(&mut GetUser, "a.Users/Get", &[b"x"]).messages, ["x"]);
}
