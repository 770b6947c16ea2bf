//! gRPC handlers as plain functions, in Rust or in Python.
#![warn(missing_docs)]

// Generated code says `::spikard`, in this crate's own tests as well.
extern crate self as spikard;

mod call;
mod collect;
mod compression;
mod connection_info;
mod dispatch;
mod kind;
mod limits;
mod message;
mod metadata;
mod method;
mod mount;
mod panics;
pub mod proto;
#[cfg(feature = "python")]
pub mod python;
mod respond;
mod routes;
mod rpc;
#[cfg(feature = "server")]
mod server;
mod service;
mod shapes;
mod span;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use bytes::Bytes;
pub use tonic::metadata::{MetadataMap, MetadataValue};
pub use tonic::{Code, Status};

pub use call::Call;
pub use compression::Compression;
pub use kind::{HandlerResult, IntoStatus, Kind};
pub use limits::{Limits, MAX_STREAM_MESSAGES, MethodOptions};
pub use message::Message;
pub use method::{Handler, MethodInfo};
pub use routes::{RouteTable, Routes, RoutesError, RoutesService};
#[cfg(feature = "reflection")]
pub use server::ReflectionError;
#[cfg(feature = "server")]
pub use server::{LayeredService, ServeError, Server, ServerBuilder};
#[cfg(feature = "tls")]
pub use server::{Tls, TlsError};
pub use service::GrpcService;
pub use shapes::{
    GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest, GrpcDuplexRequest,
    GrpcDuplexResponse, GrpcRequest, GrpcResponse, GrpcServerStreamResponse, Messages,
    RequestShape, ResponseShape,
};
#[doc = include_str!("grpc_stream.md")]
pub use spikard_macros::grpc_stream;
