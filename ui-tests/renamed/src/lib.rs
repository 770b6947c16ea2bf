//! A program that has spikard under another name, in edition 2021, and denies every lint there is.

#![deny(missing_docs, unreachable_pub, unused)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]

use streams::{
    grpc_stream, Bytes, GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcRequest, GrpcResponse,
    Status,
};

/// Sends back what it got.
///
/// # Errors
///
/// `INVALID_ARGUMENT` without a message.
#[grpc_stream(service = "echo.Echo", max_messages = 5, timeout = "5s")]
pub async fn echo(request: GrpcBidiStreamRequest) -> Result<GrpcBidiStreamResponse, Status> {
    std::future::ready(()).await;
    if request.messages.is_empty() {
        return Err(Status::invalid_argument("nothing to send back"));
    }
    Ok(GrpcBidiStreamResponse::from(request.messages))
}

/// Asks Python.
///
/// # Errors
///
/// Those of Python.
#[grpc_stream(service = "echo.Echo", python = "echo:ask")]
pub async fn ask(request: GrpcRequest) -> Result<GrpcResponse, Status>;

/// Records, by number.
#[derive(Debug)]
pub struct Records {
    /// What every record starts with.
    pub prefix: Bytes,
}

#[grpc_stream(service = "records.Records", max_stream_bytes = "8MiB")]
impl Records {
    /// The prefix.
    #[grpc(method = "GetPrefix")]
    async fn prefix(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        drop(request);
        std::future::ready(()).await;
        Ok(GrpcResponse::from(self.prefix.clone()))
    }

    #[grpc(python = "records:score")]
    async fn score(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;
}

#[cfg(test)]
mod tests {
    use streams::{GrpcService, Kind};

    use super::*;

    #[test]
    fn finds_the_crate_by_its_other_name() {
        assert_eq!(Echo::METHODS[0].kind, Kind::Bidirectional);
        assert_eq!(Ask::METHODS[0].kind, Kind::Unary);
        let names = Records::METHODS.iter().map(|info| info.name.as_ref());
        assert_eq!(names.collect::<Vec<_>>(), ["GetPrefix", "Score"]);
    }
}
