//! A block with all methods of its service, and one that leaves some to others.

use spikard::{
    GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest, GrpcRequest,
    GrpcResponse, GrpcServerStreamResponse, GrpcService, Routes, RoutesError, Status, grpc_stream,
};
use spikard_ui_tests::pb::messageservice::message_service;

struct Items;

#[grpc_stream(service = message_service, complete = true)]
impl Items {
    async fn get(&self, _: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    async fn list(&self, _: GrpcRequest) -> Result<GrpcServerStreamResponse, Status> {
        Ok(GrpcServerStreamResponse::default())
    }

    async fn batch_create(&self, _: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    #[grpc(python = "items:transform")]
    async fn transform(
        &self,
        request: GrpcBidiStreamRequest,
    ) -> Result<GrpcBidiStreamResponse, Status>;

    #[grpc(method = "GetHTTPInfo")]
    async fn info(&self, _: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    #[cfg(not(any()))]
    async fn count(&self, _: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    #[cfg(any())]
    #[grpc(method = "Count")]
    async fn count_otherwise(&self, _: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

mod part {
    use super::*;

    pub(super) struct Part;

    #[grpc_stream(service = message_service, complete = false)]
    impl Part {
        async fn get(&self, _: GrpcRequest) -> Result<GrpcResponse, Status> {
            Ok(GrpcResponse::default())
        }
    }

    #[grpc_stream(service = message_service)]
    pub(super) async fn count(_: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

#[test]
fn has_every_method() {
    let handled = Items::METHODS.iter().map(|method| &*method.name);
    assert!(handled.eq(Items::DECLARED.iter().copied()));
}

#[test]
fn routes_are_asked_for_what_several_items_handle() {
    let routes = Routes::new().add(part::Part).add(part::Count);
    let Err(RoutesError::Incomplete { missing, unknown }) =
        routes.complete_services(true).into_service()
    else {
        panic!("methods are missing");
    };
    let names = ["List", "BatchCreate", "Transform", "GetHTTPInfo"];
    assert_eq!(
        missing,
        names.map(|name| format!("messageservice.MessageService/{name}"))
    );
    assert!(unknown.is_empty());
    let routes = Routes::new().add(part::Part).add(part::Count);
    assert!(routes.into_service().is_ok());
}
