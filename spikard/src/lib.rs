//! gRPC handlers as plain functions, in Rust or in Python.
//!
//! [`macro@grpc_stream`] turns an `async fn`, or a Python callable named by path, into a tonic service. A
//! stream is buffered: every client message is collected in order, the handler runs once, and its
//! answer goes back. A client that breaks off before it half-closes never reaches the handler (unless it asks for an
//! unbuffered stream, [`GrpcDuplexRequest`]), and what a call may take is bounded by [`Limits`].
//!
//! ```
//! use spikard::{GrpcClientStreamRequest, GrpcResponse, Server, Status, grpc_stream};
//!
//! #[grpc_stream(service = "numbers.Numbers")]
//! async fn add_up(request: GrpcClientStreamRequest<u64>) -> Result<GrpcResponse<u64>, Status> {
//!     Ok(GrpcResponse::from(request.messages.iter().sum::<u64>()))
//! }
//!
//! # #[cfg(feature = "server")]
//! # async fn run() -> Result<(), spikard::ServeError> {
//! // Until SIGTERM or Ctrl-C; then calls in flight finish.
//! Server::builder().add(AddUp).serve("127.0.0.1:50051").await
//! # }
//! ```
//!
//! A unit test calls the function, `add_up(GrpcClientStreamRequest { messages: vec![1, 2], ..Default::default() })`.
//!
//! - [`macro@grpc_stream`]: the three forms, and every option.
//! - [`GrpcRequest`], [`GrpcClientStreamRequest`], [`GrpcBidiStreamRequest`], [`GrpcDuplexRequest`] and their
//!   responses: what a handler is written with; [`Kind`] says which belong together.
//! - [`Server`] serves them; [`Routes`] mounts them in the servers of others, and merges functions of one service.
#![cfg_attr(
    feature = "server",
    doc = "- [`ServerBuilder::layer`]: authentication, metrics and the like, as tower layers."
)]
#![cfg_attr(
    feature = "tls",
    doc = "- [`Tls`]: `Server::builder().tls(Tls::new(\"server.pem\", \"server.key\"))`."
)]
#![cfg_attr(feature = "python", doc = "- [`python`]: handlers in Python.")]
//!
//! # Streams
//!
//! A response may be a list of messages, or a stream of them; a request may be a stream, too:
//!
//! ```
//! use spikard::{GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest, GrpcServerStreamResponse};
//! use spikard::{Messages, Status, grpc_stream};
//! use tokio_stream::StreamExt;
//!
//! /// Server streaming.
//! #[grpc_stream(service = "numbers.Numbers")]
//! async fn count(request: GrpcRequest<u64>) -> Result<GrpcServerStreamResponse<u64>, Status> {
//!     Ok(GrpcServerStreamResponse::from((1..=request.payload).collect::<Vec<_>>()))
//! }
//!
//! /// Full duplex: each message is answered when it arrives.
//! #[grpc_stream(service = "numbers.Numbers")]
//! async fn double(request: GrpcDuplexRequest<u64>) -> Result<GrpcDuplexResponse<u64>, Status> {
//!     let doubled = request.messages.map(|number| number.map(|number| number * 2));
//!     Ok(GrpcDuplexResponse::from(Messages::new(doubled)))
//! }
//! ```
//!
//! # Metadata
//!
//! A request has the client's; a response has its own, sent before the messages, and trailers, sent after them:
//!
//! ```
//! use spikard::{GrpcRequest, GrpcResponse, MetadataValue, Status};
//!
//! async fn delete(request: GrpcRequest<u64>) -> Result<GrpcResponse<()>, Status> {
//!     let Some(user) = request.metadata.get("x-user") else {
//!         return Err(Status::unauthenticated("the metadata x-user is missing"));
//!     };
//!     let mut response = GrpcResponse::from(());
//!     response.metadata.insert("x-user", user.clone());
//!     response.trailers.insert("x-deleted", 1.into());
//!     response.trailers.insert_bin("x-key-bin", MetadataValue::from_bytes(b"\x01\x02"));
//!     Ok(response)
//! }
//! ```
//!
//! # Errors
//!
//! A handler's error is anything that is `Into<`[`Status`]`>`. For errors of other crates, write an error type of your own,
//! which `?` converts them to, with one `From` for [`Status`]:
//!
//! ```
//! use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
//!
//! struct Failure(Box<dyn std::error::Error + Send + Sync>);
//!
//! impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Failure {
//!     fn from(error: E) -> Self {
//!         Self(error.into())
//!     }
//! }
//!
//! impl From<Failure> for Status {
//!     fn from(failure: Failure) -> Self {
//!         let mut status = Self::internal("the order cannot be read");
//!         status.set_source(failure.0.into()); // for the log; clients do not get it
//!         status
//!     }
//! }
//!
//! #[grpc_stream(service = "shop.Orders")]
//! async fn read(request: GrpcRequest<String>) -> Result<GrpcResponse<u64>, Failure> {
//!     Ok(GrpcResponse::from(request.payload.parse::<u64>()?))
//! }
//! ```
//!
//! A panic fails its call with INTERNAL. So does an error of the operating system that `?` makes a status of, such as that of
//! a file that does not exist: its text stays in the log.
//!
//! # Logs
//!
//! By the crate `tracing`. Each call has a span `rpc` at INFO, with the attributes of OpenTelemetry's conventions: method,
//! peer and status. [`Routes::access_log`] has an event for each call that has ended. INTERNAL, UNKNOWN and DATA_LOSS of a handler are events at ERROR in it, with their sources; so is a panic,
//! with its place. Every other call that failed is at DEBUG. Methods of a `.proto` without a handler are at WARN when the
//! server binds.
//!
//! # Tests
//!
//! A unit test calls the function. Write requests with `..Default::default()`: minor versions add fields. [`Call::builder`]
//! makes what a layer or a connection would have told the handler. With the feature `testing`, a client in the process
//! calls a whole service, `spikard::testing::Client`. An end-to-end test binds port 0 and uses a client.
//!
//! # `.proto` files, clients
//!
//! The crate `spikard-build` compiles `.proto` files in a build script. It makes the messages, and what handlers are checked
//! against; tonic's generator makes clients beside it.
//!
//! # Cargo features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `server` | yes | `Server`, with layers, keepalive, Unix sockets and a drain that ends |
//! | `gzip` | yes | messages in gzip and deflate, both ways |
//! | `zstd` | | messages in zstd, both ways |
//! | `tls` | | `ServerBuilder::tls`, with client certificates |
//! | `health`, `reflection` | | `ServerBuilder::health` and `::reflection`, from tonic's crates |
//! | `metrics` | | `ServerBuilder::metrics_bind`: a page for Prometheus |
//! | `otel` | | `otel_metrics`: OpenTelemetry's metrics, under the names of gRFC A66; spans that continue the client's trace |
//! | `orca` | | `ServerBuilder::orca`: load reports, for those that balance calls |
//! | `testing` | | `testing::Client`, which calls a service inside a test |
//! | `router` | | `Routes::into_axum_router` and `::into_tonic` |
//! | `python` | | handlers in Python; without it nothing of Python is needed or linked |
#![warn(missing_docs)]

// Generated code says `::spikard`, in this crate's own tests as well.
extern crate self as spikard;

mod call;
mod collect;
mod dispatch;
mod footprint;
mod handler;
pub mod proto;
#[cfg(feature = "python")]
pub mod python;
mod respond;
mod routes;
#[cfg(all(doctest, feature = "health", feature = "python", feature = "testing"))]
mod samples;
#[cfg(feature = "server")]
mod server;
mod service;
mod shapes;
mod stats;
pub mod status;
#[cfg(feature = "testing")]
pub mod testing;
mod wire;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use bytes::Bytes;
pub use tonic::metadata::{MetadataMap, MetadataValue};
pub use tonic::{Code, Status};

#[cfg(feature = "orca")]
pub use call::LoadReport;
pub use call::{Call, CallBuilder};
pub use footprint::Footprint;
pub use handler::{
    Handler, HandlerResult, IntoStatus, Kind, Limits, MAX_STREAM_MESSAGES, MethodInfo,
    MethodOptions,
};
#[cfg(feature = "server")]
pub use routes::LayeredService;
pub use routes::{RouteTable, Routes, RoutesError, RoutesService};
#[cfg(feature = "health")]
pub use server::Health;
#[cfg(feature = "orca")]
pub use server::Orca;
#[cfg(feature = "reflection")]
pub use server::ReflectionError;
#[cfg(feature = "server")]
pub use server::{IncomingConnection, ServeError, Server, ServerBuilder};
#[cfg(feature = "tls")]
pub use server::{Tls, TlsError, TlsReloader};
pub use service::GrpcService;
pub use shapes::{
    Compression, GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest,
    GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest, GrpcResponse, GrpcServerStreamResponse,
    Message, Messages, RequestShape, ResponseShape,
};
/// Derives [`trait@Footprint`].
pub use spikard_macros::Footprint;
#[doc = include_str!("grpc_stream.md")]
pub use spikard_macros::grpc_stream;
pub use stats::{Histogram, MethodStats, ServerStats, Stats, StatusStats};
/// The crate of [`Tls::from_config`].
#[cfg(feature = "tls")]
pub use tokio_rustls::rustls;
