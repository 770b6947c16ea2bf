//! The service with handlers in Python, in `handlers/interop_handler.py`.

use spikard::{
    GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcDuplexRequest, GrpcDuplexResponse,
    GrpcRequest, GrpcResponse, Status, grpc_stream,
};

use super::proto::test_service;

/// The same service as [`TestService`](super::TestService), in Python.
#[derive(Clone, Copy, Debug)]
pub struct TestServiceInPython;

#[grpc_stream(service = test_service)]
impl TestServiceInPython {
    #[grpc(python = "interop_handler:empty_call")]
    async fn empty_call(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;

    #[grpc(python = "interop_handler:unary_call")]
    async fn unary_call(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;

    #[grpc(python = "interop_handler:streaming_output_call")]
    async fn streaming_output_call(
        &self,
        request: GrpcRequest,
    ) -> Result<GrpcDuplexResponse, Status>;

    #[grpc(python = "interop_handler:streaming_input_call")]
    async fn streaming_input_call(
        &self,
        request: GrpcDuplexRequest,
    ) -> Result<GrpcResponse, Status>;

    #[grpc(python = "interop_handler:full_duplex_call")]
    async fn full_duplex_call(
        &self,
        request: GrpcDuplexRequest,
    ) -> Result<GrpcDuplexResponse, Status>;

    #[grpc(python = "interop_handler:half_duplex_call")]
    async fn half_duplex_call(
        &self,
        request: GrpcBidiStreamRequest,
    ) -> Result<GrpcBidiStreamResponse, Status>;
}
