//! One call, from an HTTP request to an HTTP response.

mod admit;
mod call;
mod policy;
mod target;

pub(crate) use admit::unknown_method;
pub use call::{ResponseFuture, ServerCall};
pub(crate) use policy::Policy;
pub(crate) use target::Target;
