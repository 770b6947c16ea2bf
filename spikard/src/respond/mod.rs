//! From a handler's answer to an HTTP response.

#[cfg(feature = "python")]
mod batched;
mod body;
#[cfg(feature = "server")]
mod cutoff;
mod encoder;
#[cfg(feature = "python")]
mod framed;
mod frames;
mod outgoing;
mod reply;
mod sending;
mod streamed;

#[cfg(feature = "python")]
pub(crate) use batched::StreamedBatches;
#[cfg(feature = "server")]
pub(crate) use cutoff::StreamExecutor;
#[cfg(feature = "python")]
pub(crate) use framed::messages as framed_messages;
pub(crate) use outgoing::Outgoing;
pub(crate) use reply::Reply;
pub(crate) use sending::Sending;
