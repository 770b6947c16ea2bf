//! The type of a block may be any concrete type, by any path, and its own `Self` works.

use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::{call, table};

mod inner {
    #[derive(Clone)]
    pub struct Records;

    #[derive(Clone)]
    pub struct Store<T>(pub T);
}

#[grpc_stream(service = "a.A")]
impl inner::Records {
    async fn import(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(request.payload.into())
    }
}

#[grpc_stream(service = "a.B")]
impl inner::Store<&'static str> {
    async fn fetch(&self, _request: GrpcRequest) -> Result<GrpcResponse<String>, Status> {
        Ok(GrpcResponse::from(String::from(self.0)))
    }
}

/// A message that is a service, too.
#[derive(Clone, PartialEq, prost::Message)]
struct Both {
    #[prost(uint32, tag = "1")]
    count: u32,
}

#[grpc_stream(service = "a.C")]
impl Both {
    async fn merge(&self, request: GrpcRequest<Self>) -> Result<GrpcResponse<Self>, Status> {
        let count = self.count + request.payload.count;
        Ok(GrpcResponse::from(Self { count }))
    }
}

#[test]
fn runs() {
    assert_eq!(
        call(&mut inner::Records, "a.A/Import", &[b"x"]).messages,
        ["x"]
    );
    let mut store = inner::Store("kept");
    assert_eq!(
        call(&mut store, "a.B/Fetch", &[b""]).messages,
        ["\x0a\x04kept"]
    );
    let module = module_path!();
    assert_eq!(
        table::<inner::Store<&'static str>>(),
        [format!(
            "a.B Fetch: unary ({module}::inner::Store<&'static str>::fetch)"
        )]
    );
    let answer = call(&mut Both { count: 1 }, "a.C/Merge", &[&[8, 2]]);
    assert_eq!(answer.messages, [&[8, 3][..]]);
}
