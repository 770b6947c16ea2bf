//! From a handler's answer to an HTTP response.

mod body;
mod frames;
mod outgoing;
mod reply;

pub(crate) use outgoing::Outgoing;
pub(crate) use reply::Reply;
