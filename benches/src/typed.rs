//! spikard with typed messages.

use spikard::{
    GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest, GrpcRequest,
    GrpcResponse, Status, grpc_stream,
};

use super::proto::{Item, Total};

/// Decodes every message.
pub struct Typed;

#[grpc_stream(service = "bench.Bench")]
impl Typed {
    async fn sum(
        &self,
        request: GrpcClientStreamRequest<Item>,
    ) -> Result<GrpcResponse<Total>, Status> {
        Ok(GrpcResponse::from(Total {
            items: request.messages.len() as u64,
            sum: request.messages.iter().map(|item| item.value).sum(),
        }))
    }

    async fn echo(
        &self,
        request: GrpcBidiStreamRequest<Item>,
    ) -> Result<GrpcBidiStreamResponse<Item>, Status> {
        Ok(GrpcBidiStreamResponse::from(request.messages))
    }

    async fn get(&self, request: GrpcRequest<Item>) -> Result<GrpcResponse<Total>, Status> {
        Ok(GrpcResponse::from(Total {
            items: 1,
            sum: request.payload.value,
        }))
    }
}
