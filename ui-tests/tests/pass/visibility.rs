//! The service is as visible as the function, whatever is private in its signature.

#![deny(warnings)]

mod handlers {
    use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};

    #[derive(Clone, PartialEq, prost::Message)]
    struct Private {}

    #[grpc_stream(service = "a.A")]
    pub(crate) async fn in_the_crate(_request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    #[grpc_stream(service = "a.A")]
    pub(super) async fn in_the_parent(_request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    #[grpc_stream(service = "a.A")]
    #[allow(private_interfaces)]
    pub async fn everywhere(_request: GrpcRequest<Private>) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }

    #[derive(Clone)]
    pub struct Records;

    #[grpc_stream(service = "a.A")]
    impl Records {
        async fn import(&self, _request: GrpcRequest<Private>) -> Result<GrpcResponse, Status> {
            Ok(GrpcResponse::default())
        }
    }
}

#[test]
fn runs() {
    use handlers::{Everywhere, InTheCrate, InTheParent, Records};
    use spikard_ui_tests::call;

    drop(handlers::in_the_crate(spikard::GrpcRequest::default()));
    for status in [
        call(&mut InTheCrate, "a.A/InTheCrate", &[b""]).status,
        call(&mut InTheParent, "a.A/InTheParent", &[b""]).status,
        call(&mut Everywhere, "a.A/Everywhere", &[b""]).status,
        call(&mut Records, "a.A/Import", &[b""]).status,
    ] {
        assert_eq!(status, 0);
    }
}
