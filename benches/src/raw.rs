//! spikard with raw messages: what is added up are their lengths.

use prost::Message;
use spikard::{
    Bytes, GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest, GrpcRequest,
    GrpcResponse, Status, grpc_stream,
};

use crate::shared::proto::Total;

/// Decodes none.
pub struct Raw;

#[grpc_stream(service = "bench.Bench")]
impl Raw {
    async fn sum(&self, request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::from(total(&request.messages)))
    }

    async fn echo(&self, request: GrpcBidiStreamRequest) -> Result<GrpcBidiStreamResponse, Status> {
        Ok(GrpcBidiStreamResponse::from(request.messages))
    }

    async fn get(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::from(total(&[request.payload])))
    }
}

fn total(messages: &[Bytes]) -> Bytes {
    let total = Total {
        items: messages.len() as u64,
        sum: messages.iter().map(|message| message.len() as u64).sum(),
    };
    Bytes::from(total.encode_to_vec())
}
