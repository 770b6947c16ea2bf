//! Names that are words of Rust.

use spikard::{GrpcRequest, GrpcResponse, GrpcService, Status, grpc_stream};
use spikard_ui_tests::{block_on, call, table};

#[grpc_stream(service = "a.A", name = r#Type)]
async fn r#type(r#match: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(r#match.payload.into())
}

#[grpc_stream(service = "a.A", python = "a:yield_")]
async fn r#yield(r#in: GrpcRequest) -> Result<GrpcResponse, Status>;

#[derive(Clone)]
#[allow(non_camel_case_types)]
struct r#struct;

#[grpc_stream(service = "a.A")]
impl r#struct {
    async fn r#move(&self, r#use: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(r#use.payload.into())
    }
}

#[test]
fn runs() {
    assert_eq!(Type::METHODS[0].name, "Type");
    assert_eq!(Yield::METHODS[0].name, "Yield");
    let module = module_path!();
    assert_eq!(
        table::<r#struct>(),
        [format!("a.A Move: unary ({module}::r#struct::r#move)")]
    );
    assert!(block_on(r#type(GrpcRequest::default())).is_ok());
    assert_eq!(call(&mut Type, "a.A/Type", &[b"x"]).messages, ["x"]);
    assert_eq!(call(&mut r#struct, "a.A/Move", &[b"x"]).messages, ["x"]);
}
