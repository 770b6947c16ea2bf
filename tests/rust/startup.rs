//! What a server refuses before it serves.

use spikard::{GrpcRequest, GrpcResponse, GrpcService, Routes, Server, Status, grpc_stream};
use spikard_examples::batch::{BatchCreate, BatchCreateInPython};

#[grpc_stream(service = "startup.Startup", python = "no_such_module:handle")]
async fn no_module(request: GrpcRequest) -> Result<GrpcResponse, Status>;

#[grpc_stream(service = "startup.Startup", python = "probe:no_such_callable")]
async fn no_callable(request: GrpcRequest) -> Result<GrpcResponse, Status>;

#[grpc_stream(service = "startup.Startup", python = "probe:RUNS")]
async fn not_callable(request: GrpcRequest) -> Result<GrpcResponse, Status>;

/// The error of `Server` and of `Routes`, which must be the same.
async fn refused<S: GrpcService + Clone>(service: S) -> String {
    spikard_tests::mounts::start_python();
    let server = Server::builder().add(service.clone());
    let error = server
        .bind("127.0.0.1:0")
        .await
        .expect_err("a server that is refused");
    let routes = Routes::new().add(service).into_service();
    let routes = routes.expect_err("routes that are refused");
    assert_eq!(error.to_string(), routes.to_string());
    error.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_does_not_exist() {
    let error = refused(NoModule).await;
    assert!(error.contains("no_such_module:handle"), "{error}");
    let folder = spikard_tests::probe::python_folder().display().to_string();
    assert!(
        error.contains(&folder),
        "the search path is missing: {error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callable_that_does_not_exist() {
    let error = refused(NoCallable).await;
    assert!(error.contains("probe:no_such_callable"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_callable() {
    let error = refused(NotCallable).await;
    assert!(error.contains("probe:RUNS"), "{error}");
    assert!(
        error.contains("Counter"),
        "what it is instead is missing: {error}"
    );
}

/// A second handler for `BatchCreate`.
mod second {
    use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

    #[grpc_stream(service = "messageservice.MessageService", method = "BatchCreate")]
    pub(super) async fn create_again(
        _request: GrpcClientStreamRequest,
    ) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_handlers_for_one_method() {
    let routes = Routes::new()
        .add(BatchCreate)
        .add(BatchCreateInPython)
        .add(second::BatchCreate);
    let error = routes
        .into_axum_router()
        .expect_err("two handlers")
        .to_string();
    for part in [
        "/messageservice.MessageService/BatchCreate",
        "spikard_examples::batch::batch_create",
        "second::create_again",
    ] {
        assert!(error.contains(part), "{part} is missing: {error}");
    }
}
