//! The handlers in Python, inside a program in Rust: `python-server NAME --virtual-env …`.

use std::error::Error;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use spikard::python::Interpreter;
use spikard::{
    GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest, GrpcRequest,
    GrpcResponse, Limits, Server, Status, grpc_stream,
};
use spikard_benches::{announce, trim_on_signal};

#[derive(Parser)]
struct Arguments {
    server: Kind,
    /// The virtual environment with protobuf in it.
    #[arg(long)]
    virtual_env: PathBuf,
    /// A folder with the handlers, or with the code generated from the `.proto`.
    #[arg(long)]
    path: Vec<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Handlers on raw bytes.
    Raw,
    /// Handlers that decode every message.
    Decoding,
}

struct Raw;

#[grpc_stream(service = "bench.Bench")]
impl Raw {
    #[grpc(python = "raw_handlers:handle_sum")]
    async fn sum(&self, request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status>;

    #[grpc(python = "raw_handlers:handle_echo")]
    async fn echo(&self, request: GrpcBidiStreamRequest) -> Result<GrpcBidiStreamResponse, Status>;

    #[grpc(python = "raw_handlers:handle_get")]
    async fn get(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;
}

struct Decoding;

#[grpc_stream(service = "bench.Bench")]
impl Decoding {
    #[grpc(python = "decoding_handlers:handle_sum")]
    async fn sum(&self, request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status>;

    #[grpc(python = "decoding_handlers:handle_echo")]
    async fn echo(&self, request: GrpcBidiStreamRequest) -> Result<GrpcBidiStreamResponse, Status>;

    #[grpc(python = "decoding_handlers:handle_get")]
    async fn get(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    trim_on_signal()?;
    let interpreter = Interpreter::builder().virtual_env(arguments.virtual_env);
    let folders = arguments.path.into_iter();
    folders
        .fold(interpreter, |interpreter, folder| interpreter.path(folder))
        .start()?;
    let builder = match arguments.server {
        Kind::Raw => Server::builder().add(Raw),
        Kind::Decoding => Server::builder().add(Decoding),
    };
    // The limits are raised as far as the largest measurement needs.
    let limits = Limits {
        max_stream_bytes: 1 << 30,
        ..Limits::default()
    };
    let server = builder.limits(limits).max_buffered_bytes(4 << 30);
    let server = server.bind("127.0.0.1:0").await?;
    announce(server.local_addr().ok_or("not a TCP listener")?)?;
    Ok(server.serve().await?)
}
