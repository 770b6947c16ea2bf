//! Compiles `.proto` files in a build script: generates prost's messages and, for each service, a module against which
//! `#[spikard::grpc_stream]` checks handlers. protoc is not needed.
//!
//! # Example
//!
//! The service, in `proto/messageservice.proto`:
//!
//! ```custom,{class=language-proto}
//! syntax = "proto3";
//!
//! package messageservice;
//!
//! service MessageService {
//!   // Creates all items, or none.
//!   rpc BatchCreate(stream Item) returns (BatchCreateResponse);
//! }
//!
//! message Item {
//!   string name = 1;
//!   int64 value = 2;
//! }
//!
//! message BatchCreateResponse {
//!   int64 success_count = 1;
//! }
//! ```
//!
//! `build.rs`, with `spikard-build` among the `[build-dependencies]`:
//!
//! ```no_run
//! fn main() -> Result<(), spikard_build::Error> {
//!     spikard_build::compile(&["proto/messageservice.proto"], &["proto"])
//! }
//! ```
//!
//! A handler, with `spikard` and `prost` among the `[dependencies]`:
//!
//! ```custom,{class=language-rust}
//! use spikard::{grpc_stream, GrpcClientStreamRequest, GrpcResponse, Status};
//!
//! mod messageservice {
//!     include!(concat!(env!("OUT_DIR"), "/messageservice.rs"));
//! }
//! use messageservice::{BatchCreateResponse, Item};
//!
//! #[grpc_stream(service = messageservice::message_service)]
//! async fn batch_create(
//!     request: GrpcClientStreamRequest<Item>,
//! ) -> Result<GrpcResponse<BatchCreateResponse>, Status> {
//!     let success_count = request.messages.len() as i64;
//!     Ok(GrpcResponse::from(BatchCreateResponse { success_count }))
//! }
//! ```
//!
//! If the `.proto` renames `BatchCreate`, removes its `stream` or replaces `Item`, the handler no longer compiles, and
//! the error says what the `.proto` has.
//!
//! # Generated code
//!
//! One file per package, named by prost-build (`messageservice.rs`). Beside the messages it has:
//!
//! - for each service, a module with its name in snake case, `message_service`; if a message or another package has a
//!   module of that name, `message_service_service`;
//! - in the module, the constants `NAME`, the full name of the service, as health checks use it, and `METHODS`, the
//!   names of its methods, with which a test can check that each of them has a handler;
//! - for each method, a unit struct, `BatchCreate`, with the comments and the deprecation of the `.proto`. If two names
//!   collide, the second one gets a `_` at its end;
//! - for that struct, `spikard::proto::Method`: the names in the `.proto`, the messages, and which sides stream.
//!
//! The code names only `::spikard` (see [`Builder::crate_path`]) and `::prost`. Messages derive `spikard::Footprint`, with
//! which the server knows what one takes in memory before it is decoded; without it ([`Builder::footprints`]) their code
//! names only `::prost`.
//!
//! Comments of the `.proto` are its documentation. Code in them is shown, and never run as a test.
//!
//! # What else a program needs
//!
//! - Messages of Google, such as `google.protobuf.Timestamp`, are those of the crate `prost-types`: add it to the
//!   dependencies. `google.protobuf.Empty` is `()`, and a wrapper, such as `StringValue`, is what it wraps.
//! - Clients are not generated. tonic's generator runs beside this one, with `tonic` and `tonic-prost` among the
//!   dependencies: `.service_generator(tonic_prost_build::configure().build_server(false).service_generator())`.
//! - `proto2` and `proto3` are compiled; a file with an `edition` is refused.
//!
//! # Fields of bytes
//!
//! A `bytes` field is a `bytes::Bytes`, a slice of the buffer in which its message arrived: it is neither copied nor
//! allocated. A small field that is kept for long keeps its whole buffer, up to 16 KiB as a rule; keep `field.to_vec()`
//! instead. To get prost-build's default, `Vec<u8>`:
//!
//! ```no_run
//! # fn main() -> Result<(), spikard_build::Error> {
//! spikard_build::configure()
//!     .prost(|config| {
//!         config.bytes([] as [&str; 0]);
//!     })
//!     .compile(&["proto/messageservice.proto"], &["proto"])
//! # }
//! ```
//!
//! # Settings
//!
//! [`configure`] returns a [`Builder`]: the output folder, descriptors for server reflection, messages from other
//! crates, and every setting of prost-build.

mod builder;
mod comments;
mod error;
mod footprint;
mod generator;
mod located;
mod names;

use std::path::Path;

pub use builder::{Builder, configure};
pub use error::Error;
pub use prost_build;

/// Compiles `protos`, which are in the folders `includes`, into Cargo's `OUT_DIR`.
///
/// The files that they import are compiled too. Cargo runs the build script again when one of these files changes.
///
/// ```no_run
/// fn main() -> Result<(), spikard_build::Error> {
///     spikard_build::compile(&["proto/messageservice.proto"], &["proto"])
/// }
/// ```
///
/// # Errors
///
/// A file that cannot be read or is not a valid `.proto`, with the line; a file that cannot be written.
pub fn compile(protos: &[impl AsRef<Path>], includes: &[impl AsRef<Path>]) -> Result<(), Error> {
    configure().compile(protos, includes)
}
