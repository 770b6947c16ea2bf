//! `grpc.testing.TestService` of the gRPC interop suite, once in Rust and once in Python.
//!
//! Clients of every gRPC implementation have the suite's test cases; `interop_server` is the server
//! for them.

mod compressed;
mod echo;
mod in_python;
mod in_rust;
mod payload;

pub use in_python::TestServiceInPython;
pub use in_rust::TestService;
