//! A method of every kind of RPC, in Rust and, in `handlers/kinds.py`, in Python. Messages are raw.
//!
//! Each counts itself under the label in `x-label`, and answers with what it got. A server-streaming
//! method answers with [`FIRST`] before its one message; a method with one answer joins its messages.
//! Messages that ask for something else: [`FAIL`], [`HANG`], [`GROW`].

use std::future::pending;

use async_stream::try_stream;
use bytes::Bytes;
use spikard::{
    GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest, GrpcDuplexRequest,
    GrpcDuplexResponse, GrpcRequest, GrpcResponse, GrpcServerStreamResponse, Messages, Status,
    grpc_stream,
};

use crate::probe::{CountOnDrop, count, label};

/// Sent before the message that matters, where a kind has several.
pub const FIRST: &str = "first";
/// Answered with NOT_FOUND and the text `as asked`.
pub const FAIL: &str = "fail";
/// Never answered: counts itself under the label with `-hanging` after it, and with `-cancelled` when
/// it is cancelled.
pub const HANG: &str = "hang";
/// Answered with 1,000 bytes.
pub const GROW: &str = "grow";

/// The service.
#[derive(Clone, Copy, Debug)]
pub struct Kinds;

#[grpc_stream(service = "probe.Kinds")]
impl Kinds {
    async fn unary(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        let label = label(&request.metadata);
        count(&label);
        Ok(answer(request.payload, &label).await?.into())
    }

    #[grpc(python = "kinds:unary")]
    async fn unary_in_python(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;

    async fn list(&self, request: GrpcRequest) -> Result<GrpcServerStreamResponse, Status> {
        let label = label(&request.metadata);
        count(&label);
        let messages = vec![FIRST.into(), answer(request.payload, &label).await?];
        Ok(messages.into())
    }

    #[grpc(python = "kinds:list_of_two")]
    async fn list_in_python(
        &self,
        request: GrpcRequest,
    ) -> Result<GrpcServerStreamResponse, Status>;

    async fn stream(&self, request: GrpcRequest) -> Result<GrpcDuplexResponse, Status> {
        let label = label(&request.metadata);
        count(&label);
        let messages = try_stream! {
            yield Bytes::from(FIRST);
            yield answer(request.payload, &label).await?;
        };
        Ok(Messages::new(messages).into())
    }

    #[grpc(python = "kinds:stream")]
    async fn stream_in_python(&self, request: GrpcRequest) -> Result<GrpcDuplexResponse, Status>;

    async fn upload(&self, request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status> {
        let label = label(&request.metadata);
        count(&label);
        let messages = answers(request.messages, &label).await?;
        Ok(Bytes::from(messages.concat()).into())
    }

    #[grpc(python = "kinds:upload")]
    async fn upload_in_python(
        &self,
        request: GrpcClientStreamRequest,
    ) -> Result<GrpcResponse, Status>;

    async fn unbuffered_upload(
        &self,
        mut request: GrpcDuplexRequest,
    ) -> Result<GrpcResponse, Status> {
        let label = label(&request.metadata);
        count(&label);
        let mut answered = Vec::new();
        while let Some(message) = request.messages.message().await? {
            answered.extend(answer(message, &label).await?);
        }
        Ok(Bytes::from(answered).into())
    }

    #[grpc(python = "kinds:unbuffered_upload")]
    async fn unbuffered_upload_in_python(
        &self,
        request: GrpcDuplexRequest,
    ) -> Result<GrpcResponse, Status>;

    async fn buffered(
        &self,
        request: GrpcBidiStreamRequest,
    ) -> Result<GrpcBidiStreamResponse, Status> {
        let label = label(&request.metadata);
        count(&label);
        Ok(answers(request.messages, &label).await?.into())
    }

    #[grpc(python = "kinds:buffered")]
    async fn buffered_in_python(
        &self,
        request: GrpcBidiStreamRequest,
    ) -> Result<GrpcBidiStreamResponse, Status>;

    async fn duplex(&self, request: GrpcDuplexRequest) -> Result<GrpcDuplexResponse, Status> {
        let label = label(&request.metadata);
        count(&label);
        let mut messages = request.messages;
        let answers = try_stream! {
            while let Some(message) = messages.message().await? {
                yield answer(message, &label).await?;
            }
        };
        Ok(Messages::new(answers).into())
    }

    #[grpc(python = "kinds:duplex")]
    async fn duplex_in_python(
        &self,
        request: GrpcDuplexRequest,
    ) -> Result<GrpcDuplexResponse, Status>;
}

async fn answer(message: Bytes, label: &str) -> Result<Bytes, Status> {
    if message == FAIL {
        return Err(Status::not_found("as asked"));
    }
    if message == HANG {
        count(&format!("{label}-hanging"));
        let _cancelled = CountOnDrop(format!("{label}-cancelled"));
        return pending().await;
    }
    if message == GROW {
        return Ok(vec![0; 1000].into());
    }
    Ok(message)
}

async fn answers(messages: Vec<Bytes>, label: &str) -> Result<Vec<Bytes>, Status> {
    let mut answers = Vec::new();
    for message in messages {
        answers.push(answer(message, label).await?);
    }
    Ok(answers)
}
