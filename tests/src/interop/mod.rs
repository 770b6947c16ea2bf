//! `grpc.testing.TestService` of the gRPC interop suite, once in Rust and once in Python.
//!
//! Clients of every gRPC implementation have the suite's test cases; `interop_server` is the server
//! for them.

mod compressed;
mod echo;
mod in_python;
mod in_rust;
mod load;
mod payload;
#[expect(
    missing_docs,
    reason = "the comments of the .proto file are its documentation"
)]
/// The messages and the service of `proto/interop.proto`, as the build script compiled them.
pub mod proto {
    include!(concat!(env!("OUT_DIR"), "/grpc.testing.rs"));
}

pub use in_python::TestServiceInPython;
pub use in_rust::TestService;
