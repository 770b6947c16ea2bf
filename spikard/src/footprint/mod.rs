//! What a decoded message takes on the heap: known from its type and its bytes, before it is decoded.
//!
//! Two bytes of a `.proto` message can be an element of a list, and 200 bytes in Rust. So a message is not bounded by
//! its length. A type states its [`Layout`]; the bytes are then read once, which allocates nothing, and what prost will
//! allocate is added up. Where a library of Python decodes them, what that allocates is.

mod bound;
mod cost;
mod cursor;
mod generic;
mod known;
mod layout;
mod message;
mod messages;
mod probe;
#[cfg(feature = "python")]
mod python;
mod scan;
mod table;
mod tally;
mod worst;

pub(crate) use bound::Bound;
pub use layout::{Field, Layout, LayoutOf, NumberWidth};
pub use message::Footprint;
pub(crate) use messages::MessagesOf;
pub use probe::{FootprintOf, UnknownFootprint};
#[cfg(feature = "python")]
pub(crate) use python::PythonMessages;
pub use scan::heap_of;
pub(crate) use tally::Refused;
pub use worst::bound_of;
