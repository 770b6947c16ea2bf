//! The service of the faults, in Rust; `tests/faults/handlers/faulty.py` has it in Python.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use bytes::Bytes;
use spikard::{
    Footprint, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest,
    GrpcResponse, Status, grpc_stream,
};

/// A message of many parts, small ones on the wire.
#[derive(Clone, PartialEq, prost::Message, Footprint)]
pub struct Load {
    /// Messages with twenty fields.
    #[prost(message, repeated, tag = "1")]
    parts: Vec<Part>,
    /// Texts.
    #[prost(string, repeated, tag = "2")]
    texts: Vec<String>,
    /// Numbers.
    #[prost(uint64, repeated, tag = "3")]
    numbers: Vec<u64>,
    /// Pairs.
    #[prost(map = "uint64, uint64", tag = "4")]
    pairs: HashMap<u64, u64>,
}

macro_rules! part {
    ($($field:ident = $tag:literal)*) => {
        /// A message with twenty texts.
        #[derive(Clone, PartialEq, prost::Message, Footprint)]
        pub struct Part {
            $(
                /// A text.
                #[prost(string, tag = $tag)]
                $field: String,
            )*
        }
    };
}

part!(a = "1" b = "2" c = "3" d = "4" e = "5" f = "6" g = "7" h = "8" i = "9" j = "10"
    k = "11" l = "12" m = "13" n = "14" o = "15" p = "16" q = "17" r = "18" s = "19" t = "20");

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
        self.saw(count);
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

    /// Takes a message decoded, and answers at once.
    async fn weigh(&self, _: GrpcRequest<Load>) -> Result<GrpcResponse, Status> {
        self.saw(1);
        Ok(GrpcResponse::default())
    }

    /// Takes a message decoded, and keeps it.
    async fn keep(&self, request: GrpcRequest<Load>) -> Result<GrpcResponse, Status> {
        self.saw(1);
        let kept: GrpcResponse = std::future::pending().await;
        drop(request);
        Ok(kept)
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

impl Faults {
    fn saw(&self, messages: usize) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(messages);
    }
}

fn number(request: &GrpcRequest) -> Result<usize, Status> {
    let digits = std::str::from_utf8(&request.payload).ok();
    let number = digits.and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| Status::invalid_argument("not a number"))
}
