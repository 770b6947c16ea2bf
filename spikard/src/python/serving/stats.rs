//! What a server has done, for Python.

use std::collections::BTreeMap;

use crate::{Histogram, MethodStats, ServerStats, StatusStats};

/// Bounds, counts and sum.
type PyHistogram = (Vec<f64>, Vec<u64>, f64);

/// A code, its calls, and their duration, received bytes and sent bytes.
type PyStatus = (
    i32,
    u64,
    Option<PyHistogram>,
    Option<PyHistogram>,
    Option<PyHistogram>,
);

/// In the order of the fields of Python's `MethodStats`.
type PyMethod = (
    String,
    u64,
    Vec<PyStatus>,
    u64,
    u64,
    u64,
    u64,
    f64,
    f64,
    f64,
    BTreeMap<&'static str, u64>,
);

/// In the order of the fields of Python's `ServerStats`.
pub(super) type PyStats = (u64, u64, u64, u64, Vec<PyMethod>);

pub(super) fn for_python(stats: ServerStats) -> PyStats {
    (
        stats.accepted_connections,
        stats.open_connections,
        stats.buffered_bytes,
        stats.waiting_calls,
        stats.methods.into_iter().map(of_method).collect(),
    )
}

fn of_method(method: MethodStats) -> PyMethod {
    (
        method.method,
        method.started,
        method.statuses.into_iter().map(of_status).collect(),
        method.received_messages,
        method.received_bytes,
        method.sent_messages,
        method.sent_bytes,
        method.buffered.as_secs_f64(),
        method.queued.as_secs_f64(),
        method.handled.as_secs_f64(),
        method.refused,
    )
}

fn of_status(status: StatusStats) -> PyStatus {
    let shown = |histogram: Histogram| (histogram.bounds.to_vec(), histogram.counts, histogram.sum);
    (
        i32::from(status.code),
        status.calls,
        status.duration.map(shown),
        status.received_bytes.map(shown),
        status.sent_bytes.map(shown),
    )
}
