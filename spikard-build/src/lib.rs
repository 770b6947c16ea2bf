//! Compiles `.proto` files in a build script: to prost's messages and, beside them, to a module for
//! each service that `#[spikard::grpc_stream]` checks handlers against. No protoc need be installed.
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
//! Its compilation, in `build.rs`, with `spikard-build` among the `[build-dependencies]`:
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
//! Were `BatchCreate` renamed in the `.proto`, or its `stream` removed, or another message put in the
//! place of `Item`, the handler would no longer compile, and the error would say what the `.proto` has.
//!
//! # What is generated
//!
//! One file for each package, as prost-build makes it (`messageservice.rs`). In it, beside the messages:
//!
//! - for each service a module with its name in snake case, `message_service`. Where a message or another
//!   package has a module of that name, it is `message_service_service`;
//! - in the module the constants `NAME`, the full name of the service, which health checks go by, and
//!   `METHODS`, the names of its methods, by which a test can see that each of them is handled;
//! - a unit struct for each method, `BatchCreate`, with the comments of the `.proto`, and
//!   `#[deprecated]` where the method is. Two that would have one name get a `_` behind the second;
//! - for that struct `spikard::proto::Method`: the names as the `.proto` spells them, the messages, and
//!   which sides stream.
//!
//! The code for services names `::spikard` and nothing else ([`Builder::crate_path`] names it otherwise);
//! that for messages names `::prost`.
//!
//! # Fields of bytes
//!
//! A field of the type `bytes` is a `bytes::Bytes`, a part of the buffer in which its message arrived: it is
//! not copied, and takes no allocation of its own. A small one that is kept for long keeps its buffer, up to
//! 16 KiB as a rule: keep `field.to_vec()` instead. prost-build's default, `Vec<u8>`, is set with
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
//! [`configure`] gives the settings: where the files go, the descriptors that reflection serves, messages
//! that are in another crate, and every setting of prost-build.

mod builder;
mod error;
mod generator;
mod located;
mod names;

use std::path::Path;

pub use builder::{Builder, configure};
pub use error::Error;
pub use prost_build;

/// Compiles `protos`, which lie in the folders `includes`, into Cargo's `OUT_DIR`.
///
/// Files that they import are compiled as well. Cargo is told to run the build script again when one of
/// all these files changes.
///
/// ```no_run
/// fn main() -> Result<(), spikard_build::Error> {
///     spikard_build::compile(&["proto/messageservice.proto"], &["proto"])
/// }
/// ```
///
/// # Errors
///
/// A file that cannot be read or is no valid `.proto`, with the line; a file that cannot be written.
pub fn compile(protos: &[impl AsRef<Path>], includes: &[impl AsRef<Path>]) -> Result<(), Error> {
    configure().compile(protos, includes)
}
