//! State that is shared: added in an `Arc`, and taken as one by handlers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use spikard::{GrpcRequest, GrpcResponse, Routes, Status, grpc_stream};
use spikard_ui_tests::call;

#[derive(Default)]
struct Counter {
    calls: AtomicU64,
}

#[grpc_stream(service = "counter.Counter")]
impl Counter {
    async fn count(&self, _request: GrpcRequest) -> Result<GrpcResponse<u64>, Status> {
        Ok(GrpcResponse::from(
            self.calls.fetch_add(1, Ordering::Relaxed),
        ))
    }

    async fn count_later(
        self: Arc<Self>,
        request: GrpcRequest,
    ) -> Result<GrpcResponse<u64>, Status> {
        let counted = tokio::spawn(async move { self.count(request).await });
        counted.await.map_err(|_| Status::internal("it panicked"))?
    }

    async fn count_by_path(
        self: std::sync::Arc<Self>,
        request: GrpcRequest,
    ) -> Result<GrpcResponse<u64>, Status> {
        self.count(request).await
    }

    async fn count_by_reference(
        self: &Arc<Self>,
        request: GrpcRequest,
    ) -> Result<GrpcResponse<u64>, Status> {
        self.clone().count_later(request).await
    }

    #[expect(clippy::needless_arbitrary_self_type, reason = "it may be written so")]
    async fn count_typed(self: &Self, request: GrpcRequest) -> Result<GrpcResponse<u64>, Status> {
        self.count(request).await
    }
}

#[test]
fn is_one_value_for_all() {
    let counter = Arc::new(Counter::default());
    let mut routes = Routes::new().add(counter.clone()).into_service().unwrap();
    let methods = [
        "Count",
        "CountLater",
        "CountByPath",
        "CountByReference",
        "CountTyped",
    ];
    for (before, method) in methods.iter().enumerate() {
        let path = format!("counter.Counter/{method}");
        let answer = call(&mut routes, &path, &[b""]);
        assert_eq!(answer.status, 0, "{method}: {}", answer.message);
        assert_eq!(counter.calls.load(Ordering::Relaxed), before as u64 + 1);
    }
}
