//! One call, from an HTTP request to an HTTP response.

mod admit;
mod call;
#[cfg(feature = "server")]
mod layer;
mod policy;
mod refuse;
mod target;

pub use call::{ResponseFuture, ServerCall};
#[cfg(feature = "server")]
pub(crate) use layer::refused_by_layer;
pub(crate) use policy::{DEFAULT_BUFFERED_BYTES, Policy};
pub(crate) use refuse::{not_grpc, unknown_method};
pub(crate) use target::Target;
