//! Sends Rust's log events to Python's logging.

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, Once, Weak};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::python::bridge::{Bridge, Notice};
use crate::python::lock::lock;

/// The lowest level that is logged, in Python's numbers.
static LEVEL: AtomicU8 = AtomicU8::new(30);

/// The bridges of the servers that run, with the lowest level that each logs.
static CARRIERS: Mutex<Vec<(Weak<Bridge>, u8)>> = Mutex::new(Vec::new());

/// From now on, events of at least `level` go to Python's logging, unless the process has a subscriber of its own: through
/// `bridge`, or that of another server of the process, since an event does not say whose it is.
pub(super) fn to_python(bridge: &Arc<Bridge>, level: u8) {
    static ONCE: Once = Once::new();
    let mut carriers = lock(&CARRIERS);
    carriers.retain(|(bridge, _)| bridge.strong_count() > 0);
    carriers.push((Arc::downgrade(bridge), level));
    let lowest = carriers.iter().map(|(_, level)| *level).min();
    LEVEL.store(lowest.unwrap_or(level), Ordering::Relaxed);
    drop(carriers);
    ONCE.call_once(|| {
        let _ = tracing::subscriber::set_global_default(ToPython);
    });
    tracing::callsite::rebuild_interest_cache();
}

/// The level in Python's numbers.
fn number(level: &Level) -> u8 {
    match *level {
        Level::ERROR => 40,
        Level::WARN => 30,
        Level::INFO => 20,
        Level::DEBUG => 10,
        Level::TRACE => 5,
    }
}

struct ToPython;

impl Subscriber for ToPython {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event()
            && metadata.target().starts_with("spikard")
            && number(metadata.level()) >= LEVEL.load(Ordering::Relaxed)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let metadata = event.metadata();
        let level = number(metadata.level());
        let mut notice = Notice::Log(level, metadata.target(), line.finish());
        // Not under the lock: the end of a bridge may be an event as well.
        let carriers: Vec<_> = lock(&CARRIERS)
            .iter()
            .filter_map(|(bridge, _)| bridge.upgrade())
            .collect();
        for bridge in carriers {
            match bridge.notify(notice) {
                Some(refused) => notice = refused,
                None => return,
            }
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// `message key=value key=value`
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Line {
    fn finish(self) -> String {
        self.message + &self.fields
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string does not fail.
        let _ = if field.name() == "message" {
            write!(self.message, "{value:?}")
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
    }
}
