//! Requests, responses, metadata and statuses, from Rust to Python and back.

mod answer;
mod classes;
mod column;
mod compression;
mod copied;
mod for_python;
mod frames;
mod inbound;
mod joined;
mod layout;
#[cfg(feature = "orca")]
mod load;
mod message_class;
mod metadata;
mod payload;
mod reply;
mod request;
mod status;
mod wrong;

pub(crate) use answer::Answer;
pub(crate) use compression::{Wanted, wanted};
pub(crate) use copied::Copied;
pub use for_python::ForPython;
pub(crate) use inbound::{Inbound, PythonRequest};
pub(crate) use layout::Layout;
pub(crate) use message_class::MessageClass;
pub(crate) use metadata::{ReceivedMetadata, append as append_metadata, sent as sent_metadata};
pub(crate) use reply::{Buffered, frame_batch, frame_request, reply, yielded};
pub(crate) use request::{call_fields, request};
pub(crate) use status::{grpc_error, status};
pub(crate) use wrong::response as wrong_response;
