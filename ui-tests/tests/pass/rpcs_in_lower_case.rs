//! An RPC with a name in lower case: the struct has one that no variable has.

#![deny(warnings)]

use spikard::{GrpcRequest, GrpcResponse, GrpcService, Status, grpc_stream};
use spikard_ui_tests::call;

#[grpc_stream(service = "a.A", method = "count")]
async fn count_all(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    let count = request.payload.len().to_string();
    Ok(GrpcResponse::from(spikard::Bytes::from(count)))
}

#[grpc_stream(service = "a.A", method = "getUrl")]
async fn get_url(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(request.payload.into())
}

#[grpc_stream(service = "a.A", method = "type")]
async fn kind(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(request.payload.into())
}

#[test]
fn runs() {
    let count = call(&mut Count, "a.A/count", &[b"xyz"]);
    assert_eq!(count.messages, ["3"]);
    assert_eq!(GetUrl::METHODS[0].name, "getUrl");
    assert_eq!(call(&mut Type, "a.A/type", &[b"x"]).messages, ["x"]);
}
