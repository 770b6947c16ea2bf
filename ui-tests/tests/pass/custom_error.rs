//! An error type of the program's own, in Rust and in Python.

use spikard::{Code, GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::{block_on, call};

#[derive(Debug)]
enum Failure {
    Empty,
    Other(Status),
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Empty => Self::failed_precondition("empty"),
            Failure::Other(status) => status,
        }
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::Other(status)
    }
}

#[grpc_stream(service = "a.A")]
async fn import(request: GrpcClientStreamRequest) -> Result<GrpcResponse, Failure> {
    match request.messages.into_iter().next() {
        Some(first) => Ok(first.into()),
        None => Err(Failure::Empty),
    }
}

#[grpc_stream(service = "a.A", python = "a:export")]
async fn export(request: GrpcClientStreamRequest) -> Result<GrpcResponse, Failure>;

#[test]
fn runs() {
    let plain = block_on(import(GrpcClientStreamRequest::default()));
    assert!(matches!(plain, Err(Failure::Empty)));
    let answer = call(&mut Import, "a.A/Import", &[]);
    assert_eq!(answer.status, Code::FailedPrecondition as i32);
    assert_eq!(answer.message, "empty");
    drop((Export, export(GrpcClientStreamRequest::default())));
}
