//! Lints that are forbidden cannot be allowed again, not even in what is generated.

#![forbid(dead_code, missing_docs, non_camel_case_types, unreachable_pub)]

mod handlers {
    use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};

    /// Is reachable, by the name that is public below; its struct is not.
    #[grpc_stream(service = "a.A")]
    pub async fn step_1_2(request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(request.payload.into())
    }

    pub(crate) fn routes() -> spikard::Routes {
        spikard::Routes::new().add(Step1_2)
    }
}

pub use handlers::step_1_2;

#[test]
fn runs() {
    assert!(spikard_ui_tests::block_on(step_1_2(spikard::GrpcRequest::default())).is_ok());
    assert_eq!(handlers::routes().table().to_string().lines().count(), 2);
}
