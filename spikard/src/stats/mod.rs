//! What a server has done: counted once, for all who read it.
//!
//! Calls are counted always: their number, statuses, messages and bytes. Their times and sizes are measured from when
//! something reads them, since clocks cost more than counters.

mod access;
mod code;
mod counters;
mod ended;
mod histogram;
mod limit;
mod method;
#[cfg(feature = "otel")]
mod otel;
mod page;
#[cfg(all(feature = "metrics", feature = "python"))]
mod pages;
mod record;
mod shared;
mod values;

pub(crate) use access::AccessLog;
#[cfg(any(feature = "orca", feature = "python"))]
pub(crate) use access::is_standard;
pub(crate) use code::code_name;
#[cfg(feature = "server")]
pub(crate) use counters::OpenConnection;
pub(crate) use counters::ServerCounters;
pub use counters::Stats;
#[cfg(feature = "python")]
pub(crate) use ended::{EndedCall, Watch};
pub(crate) use ended::{Flow, Watchers};
pub use histogram::Histogram;
#[cfg(feature = "python")]
pub(crate) use histogram::{BYTES, SECONDS};
pub(crate) use limit::{Limit, limited};
pub(crate) use method::MethodCounters;
#[cfg(feature = "otel")]
pub(crate) use otel::OtelMetrics;
#[cfg(all(feature = "metrics", feature = "python"))]
pub(crate) use pages::Pages;
pub(crate) use record::CallRecord;
pub use values::{MethodStats, ServerStats, StatusStats};
