//! From a handler's answer to an HTTP response.

#[cfg(feature = "python")]
mod batched;
mod body;
mod bounded;
mod chunks;
mod context;
#[cfg(feature = "server")]
mod cutoff;
mod encoder;
mod encoding;
mod failure;
mod fitted;
mod frames;
mod header_limit;
mod losses;
mod outgoing;
mod reply;
mod sending;
mod streamed;

#[cfg(feature = "python")]
pub(crate) use batched::StreamedBatches;
pub(crate) use bounded::bounded;
pub(crate) use context::ReplyContext;
#[cfg(feature = "server")]
pub(crate) use cutoff::{cut_off, while_wanted};
pub(crate) use failure::not_retried;
pub(crate) use header_limit::HeaderLimit;
#[cfg(feature = "python")]
pub(crate) use outgoing::Outgoing;
pub(crate) use reply::Reply;
pub(crate) use sending::Sending;

/// Only spikard's own server ends calls by itself.
#[cfg(not(feature = "server"))]
pub(crate) fn cut_off() -> Option<crate::Status> {
    None
}
