//! Limits by constants and constant expressions, seen from where the attribute stands.

use std::time::Duration;

use spikard::{GrpcRequest, GrpcResponse, GrpcService, MethodOptions, Status, grpc_stream};

const MESSAGES: usize = 500;
const TIMEOUT: Duration = Duration::from_secs(5);

const fn sum<const A: usize, const B: usize>() -> usize {
    A + B
}

#[grpc_stream(
    service = "a.A",
    max_messages = MESSAGES * 2,
    max_message_bytes = sum::<1, 2>(),
    max_stream_bytes = if MESSAGES > 1 { 8 << 20 } else { 1 },
    timeout = TIMEOUT,
    idle_timeout = { TIMEOUT.saturating_mul(2) },
)]
async fn import(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(request.payload.into())
}

struct Records;

impl Records {
    const MESSAGES: usize = 9;
}

#[grpc_stream(service = "a.A", max_messages = Self::MESSAGES)]
impl Records {
    async fn export(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(request.payload.into())
    }
}

#[test]
fn runs() {
    assert_eq!(
        Import::METHODS[0].options,
        MethodOptions::new()
            .max_messages(1_000)
            .max_message_bytes(3)
            .max_stream_bytes(8 << 20)
            .timeout(TIMEOUT)
            .idle_timeout(Duration::from_secs(10))
    );
    assert_eq!(
        Records::METHODS[0].options,
        MethodOptions::new().max_messages(9)
    );
}
