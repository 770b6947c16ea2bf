//! What a `cfg` takes away takes its method and its service with it.

use spikard::{GrpcRequest, GrpcResponse, GrpcService, Status, grpc_stream};
use spikard_ui_tests::call;

#[grpc_stream(service = "a.A")]
#[cfg(any())]
async fn absent(request: NotEvenAType) -> Result<GrpcResponse, Status> {}

#[grpc_stream(service = "a.A")]
#[cfg_attr(all(), cfg(any()))]
async fn absent_too(request: NotEvenAType) -> Result<GrpcResponse, Status> {}

#[grpc_stream(service = "a.A")]
#[cfg(any())]
impl NotEvenAType {
    async fn import(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

#[derive(Clone)]
struct Records;

#[grpc_stream(service = "a.A")]
impl Records {
    #[cfg(any())]
    async fn first(&self, _request: NotEvenAType) -> Result<GrpcResponse, Status> {}

    async fn second(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Err(Status::out_of_range("second"))
    }

    // One RPC, handled by another function in each build.
    #[cfg(any())]
    #[grpc(method = "Third")]
    async fn third_elsewhere(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Err(Status::internal("elsewhere"))
    }

    #[cfg(not(any()))]
    async fn third(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Err(Status::data_loss("third"))
    }
}

// The names are free.
struct Absent;
struct AbsentToo;

#[test]
fn runs() {
    let _ = (Absent, AbsentToo);
    let names: Vec<&str> = Records::METHODS.iter().map(|info| &*info.name).collect();
    assert_eq!(names, ["Second", "Third"]);
    assert_eq!(call(&mut Records, "a.A/Second", &[b""]).message, "second");
    assert_eq!(call(&mut Records, "a.A/Third", &[b""]).message, "third");
    assert_eq!(call(&mut Records, "a.A/First", &[b""]).status, 12);
}
