//! A program that has spikard under another name, in edition 2021, and denies every lint there is.

#![deny(missing_docs, unreachable_pub, unused)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]

use streams::{
    grpc_stream, Bytes, GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcRequest, GrpcResponse,
    Status,
};

/// What spikard-build generates.
#[expect(missing_docs, reason = "the messages have no comments")]
#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    reason = "prost does not keep to these"
)]
pub mod pb {
    include!(concat!(env!("OUT_DIR"), "/echo.rs"));
}

/// Sends back what it got.
///
/// # Errors
///
/// `INVALID_ARGUMENT` without a message.
#[grpc_stream(service = "echo.Echo", max_messages = 5, timeout = "5s")]
pub async fn echo(request: GrpcBidiStreamRequest) -> Result<GrpcBidiStreamResponse, Status> {
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

/// Sends back what it got, as the `.proto` has it.
///
/// # Errors
///
/// None.
#[grpc_stream(service = pb::echo, method = "Echo", name = Again)]
pub async fn again(
    request: GrpcBidiStreamRequest<pb::Text>,
) -> Result<GrpcBidiStreamResponse<pb::Text>, Status> {
    Ok(GrpcBidiStreamResponse::from(request.messages))
}

/// Has the name of the function above, and no part in what links to that.
pub mod echo {}

#[allow(
    dead_code,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    reason = "prost does not keep to these"
)]
mod private {
    include!(concat!(env!("OUT_DIR"), "/echo.rs"));
}

/// Sends back what it got, with a word of Rust for a name.
///
/// # Errors
///
/// None.
#[grpc_stream(service = private::echo, method = "Echo", name = Yield)]
pub async fn r#yield(request: GrpcBidiStreamRequest) -> Result<GrpcBidiStreamResponse, Status> {
    Ok(GrpcBidiStreamResponse::from(request.messages))
}

/// Texts of a declared service.
#[derive(Debug)]
pub struct Texts;

#[grpc_stream(service = pb::echo)]
impl Texts {
    #[grpc(python = "echo:ask")]
    async fn ask_once(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;
}

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
        assert_eq!((Again::NAME, pb::echo::NAME), ("echo.Echo", "echo.Echo"));
        assert_eq!(pb::echo::METHODS, ["Echo", "AskOnce"]);
        assert_eq!(Texts::METHODS[0].name, pb::echo::METHODS[1]);
        let names = Records::METHODS.iter().map(|info| info.name.as_ref());
        assert_eq!(names.collect::<Vec<_>>(), ["GetPrefix", "Score"]);
    }
}
