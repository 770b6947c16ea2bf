//! The parameter of a handler in Rust may be any pattern that always matches.

use spikard::{GrpcClientStreamRequest, GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::call;

#[grpc_stream(service = "a.A")]
async fn take(GrpcRequest { payload, .. }: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(payload.into())
}

#[grpc_stream(service = "a.A")]
async fn ignore(_: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::default())
}

#[grpc_stream(service = "a.A")]
async fn last(mut request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
    let last = request.messages.pop();
    Ok(last.unwrap_or_default().into())
}

#[test]
fn runs() {
    assert_eq!(call(&mut Take, "a.A/Take", &[b"x"]).messages, ["x"]);
    assert_eq!(call(&mut Ignore, "a.A/Ignore", &[b"x"]).messages, [""]);
    assert_eq!(call(&mut Last, "a.A/Last", &[b"x", b"y"]).messages, ["y"]);
}
