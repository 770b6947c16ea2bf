//! What is deprecated is so where it is used, not in what is generated beside it.

#![deny(deprecated)]

use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::call;
use spikard_ui_tests::pb::messageservice::message_service;

#[derive(Clone)]
#[deprecated(note = "use the new ones")]
struct Records;

#[grpc_stream(service = "a.A", max_messages = 5 + 5)]
#[allow(deprecated)]
impl Records {
    async fn import(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(request.payload.into())
    }

    #[grpc(python = "a:export")]
    async fn export(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;
}

#[derive(Clone)]
#[deprecated(note = "use the new ones")]
struct Messages;

#[grpc_stream(service = message_service)]
#[allow(deprecated)]
impl Messages {
    async fn get(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(request.payload.into())
    }

    async fn count(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(request.payload.into())
    }
}

#[grpc_stream(service = "a.A")]
#[deprecated(note = "use the new one")]
async fn echo(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(request.payload.into())
}

#[test]
fn runs() {
    #[allow(deprecated)]
    let (mut records, mut messages) = (Records, Messages);
    assert_eq!(call(&mut records, "a.A/Import", &[b"x"]).messages, ["x"]);
    let path = "messageservice.MessageService/Count";
    assert_eq!(call(&mut messages, path, &[b"x"]).messages, ["x"]);
    assert_eq!(call(&mut Echo, "a.A/Echo", &[b"x"]).messages, ["x"]);
}
