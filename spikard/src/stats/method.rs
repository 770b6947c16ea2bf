//! The counters of one method.

use std::array;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::Code;

use super::code::CODES;
use super::ended::{EndedCall, Flow};
use super::histogram::Counting;
use super::limit::Limit;
use super::shared::Shared;
use super::values::{MethodStats, StatusStats};

/// The name for calls to paths that name no method (gRFC A66): clients choose those.
pub(super) const OTHER: &str = "other";

/// Threads that count in different shards do not wait for each other's cache lines.
const SHARDS: usize = 8;

static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static SHARD: usize = THREADS.fetch_add(1, Ordering::Relaxed) % SHARDS;
}

/// The counters of one method of a server. They guard nothing but themselves, so no ordering with other memory is needed.
#[derive(Debug)]
pub(crate) struct MethodCounters {
    name: Arc<str>,
    pub(super) server: Arc<Shared>,
    shards: [Shard; SHARDS],
    /// What was measured of the calls that ended with each status, made at the first of them.
    measured: [OnceLock<Box<Measured>>; CODES.len()],
    refused: Box<[AtomicU64]>,
}

#[derive(Debug, Default)]
#[repr(align(128))]
struct Shard {
    started: AtomicU64,
    received_messages: AtomicU64,
    received_bytes: AtomicU64,
    sent_messages: AtomicU64,
    sent_bytes: AtomicU64,
    ended: [AtomicU64; CODES.len()],
}

#[derive(Debug)]
struct Measured {
    duration: Counting,
    received: Counting,
    sent: Counting,
    /// Nanoseconds.
    buffered: AtomicU64,
    queued: AtomicU64,
    handled: AtomicU64,
}

impl MethodCounters {
    pub(super) fn new(name: String, server: Arc<Shared>) -> Self {
        Self {
            name: name.into(),
            server,
            shards: array::from_fn(|_| Shard::default()),
            measured: array::from_fn(|_| OnceLock::new()),
            refused: Limit::ALL.iter().map(|_| AtomicU64::new(0)).collect(),
        }
    }

    pub(super) fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub(super) fn started(&self) {
        add(&self.shard().started, 1);
    }

    pub(super) fn ended(&self, code: Code, limit: Option<Limit>, received: Flow, sent: Flow) {
        let shard = self.shard();
        add(&shard.received_messages, received.messages);
        add(&shard.received_bytes, received.bytes);
        add(&shard.sent_messages, sent.messages);
        add(&shard.sent_bytes, sent.bytes);
        add(&shard.ended[code as usize], 1);
        if let Some(limit) = limit {
            add(&self.refused[limit as usize], 1);
        }
    }

    pub(super) fn measured(&self, call: &EndedCall<'_>) {
        let of_status = &self.measured[call.code as usize];
        of_status
            .get_or_init(|| Box::new(Measured::new()))
            .add(call);
    }

    fn shard(&self) -> &Shard {
        // A thread that ends may count as well.
        &self.shards[SHARD.try_with(|shard| *shard).unwrap_or_default()]
    }

    pub(super) fn read(&self) -> MethodStats {
        let total = |counter: fn(&Shard) -> &AtomicU64| {
            let shards = self.shards.iter();
            shards.map(|shard| get(counter(shard))).sum()
        };
        let ended = |code: Code| {
            let shards = self.shards.iter();
            shards.map(|shard| get(&shard.ended[code as usize])).sum()
        };
        // The ends before the starts: no more calls have ended than were started.
        let statuses: Vec<StatusStats> = CODES
            .into_iter()
            .map(|code| self.status(code, ended(code)))
            .filter(|status| status.calls > 0)
            .collect();
        let measured = || self.measured.iter().filter_map(OnceLock::get);
        let time = |of: fn(&Measured) -> &AtomicU64| {
            Duration::from_nanos(measured().map(|measured| get(of(measured))).sum())
        };
        MethodStats {
            method: self.name.to_string(),
            statuses,
            received_messages: total(|shard| &shard.received_messages),
            received_bytes: total(|shard| &shard.received_bytes),
            sent_messages: total(|shard| &shard.sent_messages),
            sent_bytes: total(|shard| &shard.sent_bytes),
            buffered: time(|measured| &measured.buffered),
            queued: time(|measured| &measured.queued),
            handled: time(|measured| &measured.handled),
            refused: self.refused_by(),
            started: total(|shard| &shard.started),
        }
    }

    fn status(&self, code: Code, calls: u64) -> StatusStats {
        let measured = self.measured[code as usize].get();
        let of = |histogram: fn(&Measured) -> &Counting| {
            measured.map(|measured| histogram(measured).read())
        };
        StatusStats {
            code,
            calls,
            duration: of(|measured| &measured.duration),
            received_bytes: of(|measured| &measured.received),
            sent_bytes: of(|measured| &measured.sent),
        }
    }

    fn refused_by(&self) -> BTreeMap<&'static str, u64> {
        let refused = Limit::ALL.iter().zip(&self.refused);
        let refused = refused.map(|(limit, calls)| (limit.name(), get(calls)));
        refused.filter(|(_, calls)| *calls > 0).collect()
    }
}

impl Measured {
    fn new() -> Self {
        Self {
            duration: Counting::seconds(),
            received: Counting::bytes(),
            sent: Counting::bytes(),
            buffered: AtomicU64::new(0),
            queued: AtomicU64::new(0),
            handled: AtomicU64::new(0),
        }
    }

    fn add(&self, call: &EndedCall<'_>) {
        self.duration.add(nanos(call.times.total));
        self.received.add(call.received.bytes);
        self.sent.add(call.sent.bytes);
        add(&self.buffered, nanos(call.times.buffered));
        add(&self.queued, nanos(call.times.queued));
        add(&self.handled, nanos(call.times.handled));
    }
}

fn add(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}

fn get(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// 584 years fit.
fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
