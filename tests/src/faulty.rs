//! The service of the faults, in Rust; `tests/faults/handlers/faulty.py` has it in Python.

use std::sync::Mutex;
use std::sync::PoisonError;

use bytes::Bytes;
use spikard::{
    GrpcClientStreamRequest, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest, GrpcResponse,
    Status, grpc_stream,
};

/// The numbers of messages that its handlers have seen.
#[derive(Debug, Default)]
pub struct Faults {
    seen: Mutex<Vec<usize>>,
}

#[grpc_stream(service = "faults.Faults")]
impl Faults {
    /// Answers with the message.
    async fn echo(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::from(request.payload))
    }

    /// Answers with the number of messages, and remembers it.
    async fn count(&self, request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        let count = request.messages.len();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(count);
        Ok(GrpcResponse::from(Bytes::from(count.to_string())))
    }

    /// Answers with the number of values in the metadata under the key that the message says.
    async fn values(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        let key = std::str::from_utf8(&request.payload);
        let key = key.map_err(|_| Status::invalid_argument("not a key"))?;
        let values = request.metadata.get_all_bin(key).iter().count();
        Ok(GrpcResponse::from(Bytes::from(values.to_string())))
    }

    /// The numbers of messages of every upload that a handler saw; forgets them.
    async fn seen(&self, _: GrpcRequest) -> Result<GrpcResponse, Status> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let numbers: Vec<String> = seen.drain(..).map(|number| number.to_string()).collect();
        Ok(GrpcResponse::from(Bytes::from(numbers.join(" "))))
    }

    /// A response of so many bytes.
    async fn fill(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::from(Bytes::from(vec![0; number(&request)?])))
    }

    /// Never reads, and never answers.
    async fn hang(&self, _request: GrpcDuplexRequest) -> Result<GrpcDuplexResponse, Status> {
        std::future::pending().await
    }

    /// Fails in the way that the message says.
    async fn fail(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        match &request.payload[..] {
            b"panic" => panic!("a bug"),
            b"ok" => Err(Status::new(tonic::Code::Ok, "a failure that is none")),
            _ => Err(Status::failed_precondition("x".repeat(number(&request)?))),
        }
    }
}

fn number(request: &GrpcRequest) -> Result<usize, Status> {
    let digits = std::str::from_utf8(&request.payload).ok();
    let number = digits.and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| Status::invalid_argument("not a number"))
}
