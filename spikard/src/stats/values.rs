//! What a server has done, as plain values.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Code;

use super::histogram::Histogram;

/// What a server has done since it was made; see [`Stats::read`](crate::Stats::read).
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ServerStats {
    /// The connections that were accepted.
    pub accepted_connections: u64,
    /// Those of them that are open.
    pub open_connections: u64,
    /// The bytes that all calls have buffered now: what `max_buffered_bytes` bounds.
    pub buffered_bytes: u64,
    /// The calls that wait for Python now, in a server that Python starts: what `max_waiting_calls` bounds.
    pub waiting_calls: u64,
    /// The methods in the order of their names; last, as `other`, the calls to paths that name no method.
    ///
    /// Services that were added with `add_service` are not among them.
    pub methods: Vec<MethodStats>,
}

/// What a server has done for one method.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MethodStats {
    /// `package.Service/Method`, or `other`.
    pub method: String,
    /// The calls that were started: all whose headers have arrived. Those that no status counts are in flight.
    pub started: u64,
    /// The calls that have ended, by their status; those statuses that there were.
    pub statuses: Vec<StatusStats>,
    /// The messages that clients sent, of the calls that have ended.
    pub received_messages: u64,
    /// The bytes of these, as they are on the wire: compressed, without prefixes and without what HTTP/2 adds.
    pub received_bytes: u64,
    /// The messages that were sent, of the calls that have ended.
    pub sent_messages: u64,
    /// The bytes of these, as they are on the wire.
    pub sent_bytes: u64,
    /// The time that the measured calls took to arrive, up to their half-close.
    pub buffered: Duration,
    /// The time that they then waited for Python.
    pub queued: Duration,
    /// The time that their handlers then took.
    pub handled: Duration,
    /// The calls that a limit refused, by the name of the option.
    pub refused: BTreeMap<&'static str, u64>,
}

impl MethodStats {
    /// The calls that have ended.
    pub fn ended(&self) -> u64 {
        self.statuses.iter().map(|status| status.calls).sum()
    }
}

/// The calls of one method that ended with one status.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StatusStats {
    /// The status. A call that its client gave up is `Cancelled`.
    pub code: Code,
    /// The number of calls.
    pub calls: u64,
    /// Their time, from the headers of the request to the end of the response, in seconds; of those that were measured.
    pub duration: Option<Histogram>,
    /// The bytes of the messages that each received.
    pub received_bytes: Option<Histogram>,
    /// The bytes of the messages that each sent.
    pub sent_bytes: Option<Histogram>,
}
