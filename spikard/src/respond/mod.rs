//! From a handler's answer to an HTTP response.

#[cfg(feature = "python")]
mod batched;
mod body;
mod chunks;
#[cfg(feature = "server")]
mod cutoff;
mod encoder;
mod encoding;
mod failure;
mod frames;
mod outgoing;
mod reply;
mod sending;
mod streamed;

#[cfg(feature = "python")]
pub(crate) use batched::StreamedBatches;
#[cfg(feature = "server")]
pub(crate) use cutoff::until_deadline;
pub(crate) use failure::sendable;
#[cfg(feature = "python")]
pub(crate) use outgoing::Outgoing;
pub(crate) use reply::Reply;
pub(crate) use sending::Sending;
