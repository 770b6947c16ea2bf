//! gRPC's wire format, and nothing of what is allowed: frames, codecs, headers.

mod codec;
mod content_type;
mod deframe;
mod encodings;
#[cfg(feature = "python")]
mod framed;
mod keeper;
mod malformed;
mod metadata;
mod payload;
mod prefix;
mod shown;
mod sink;
mod timeout;

pub(crate) use codec::{Codec, DecompressError};
pub(crate) use content_type::{TAKEN, is_grpc};
pub(crate) use deframe::Deframer;
pub(crate) use encodings::{
    ACCEPT_ENCODING, Accepted, NotAccepted, accepted_here, accepted_if_asked, of_request,
};
#[cfg(feature = "python")]
pub(crate) use framed::messages as framed_messages;
pub(crate) use keeper::Keeper;
pub(crate) use metadata::{field_size, header_list_size, received, sent};
pub(crate) use payload::Payload;
pub(crate) use prefix::PREFIX;
pub(crate) use shown::shown;
pub(crate) use sink::Sink;
pub(crate) use timeout::grpc_timeout;
