//! From an HTTP request to an HTTP response: the way of one call.

mod admit;
mod call;
mod timeout;

#[cfg(feature = "python")]
pub(crate) use admit::Admitted;
pub(crate) use admit::RequestHead;
pub(crate) use admit::unknown_method;
pub(crate) use call::Policy;
pub(crate) use call::Target;
#[cfg(feature = "python")]
pub(crate) use call::in_time;
pub use call::{ResponseFuture, ServerCall};
