//! A service that only one function knows.

#![deny(warnings)]

use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::call;

#[test]
fn runs() {
    #[derive(Clone, PartialEq, prost::Message)]
    struct Local {}

    #[grpc_stream(service = "a.A")]
    async fn echo(request: GrpcRequest<Local>) -> Result<GrpcResponse<Local>, Status> {
        Ok(request.payload.into())
    }

    #[grpc_stream(service = "a.A", python = "a:tell")]
    async fn tell(request: GrpcRequest) -> Result<GrpcResponse, Status>;

    #[derive(Clone)]
    struct Records;

    #[grpc_stream(service = "a.A")]
    impl Records {
        async fn import(&self, request: GrpcRequest<Local>) -> Result<GrpcResponse, Status> {
            drop(request);
            Ok(GrpcResponse::default())
        }
    }

    let _ = Tell;
    assert_eq!(call(&mut Echo, "a.A/Echo", &[b""]).status, 0);
    assert_eq!(call(&mut Records, "a.A/Import", &[b""]).status, 0);
}
