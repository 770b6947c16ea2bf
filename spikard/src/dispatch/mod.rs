//! From an HTTP request to an HTTP response: the way of one call.

mod admit;
mod call;
mod timeout;

pub(crate) use admit::RequestHead;
pub(crate) use admit::unknown_method;
pub(crate) use call::Policy;
pub(crate) use call::Target;
pub use call::{ResponseFuture, ServerCall};
