//! State need not be `Clone` for `Routes` and `Server`, and one service may have several parts.

use std::sync::Mutex;

use spikard::{GrpcClientStreamRequest, GrpcRequest, GrpcResponse, Routes, Status, grpc_stream};
use spikard_ui_tests::{block_on, call};

struct Counter {
    total: Mutex<u64>,
}

#[grpc_stream(service = "counter.Counter")]
impl Counter {
    async fn add(
        &self,
        request: GrpcClientStreamRequest<u64>,
    ) -> Result<GrpcResponse<u64>, Status> {
        let mut total = self.total.lock().unwrap();
        *total += request.messages.iter().sum::<u64>();
        Ok(GrpcResponse::from(*total))
    }
}

#[grpc_stream(service = "counter.Counter")]
async fn describe(_request: GrpcRequest) -> Result<GrpcResponse<String>, Status> {
    Ok(GrpcResponse::from(String::from("it counts")))
}

#[test]
fn runs() {
    let counter = Counter {
        total: Mutex::new(1),
    };
    let request = GrpcClientStreamRequest {
        messages: vec![2],
        ..Default::default()
    };
    assert_eq!(block_on(counter.add(request)).unwrap().payload, 3);

    let mut routes = Routes::new()
        .add(counter)
        .add(Describe)
        .into_service()
        .unwrap();
    let answer = call(&mut routes, "counter.Counter/Add", &[&[8, 4], &[8, 5]]);
    assert_eq!(answer.messages, [&[8, 12][..]]);
    let answer = call(&mut routes, "counter.Counter/Describe", &[b""]);
    assert_eq!(answer.messages, ["\x0a\x09it counts"]);
}
