//! What generated code names. Not part of the public interface.

pub use std::convert::Infallible;

pub use http;
pub use tonic::body::Body;
pub use tonic::server::NamedService;
pub use tower_service::Service;

pub use crate::dispatch::{ResponseFuture, ServerCall, Target};
pub use crate::mount::serve;
#[cfg(feature = "python")]
pub use crate::python::entry::call_python;
