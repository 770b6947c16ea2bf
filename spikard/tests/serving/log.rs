//! The log of one test, whose server is on its thread.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

/// The lines of spikard's: the level, the method of the call that they belong to, the fields.
#[derive(Clone)]
pub(crate) struct Log {
    lines: Arc<Mutex<Lines>>,
    /// The level of those that are taken, and of those above it.
    level: Level,
}

#[derive(Default)]
struct Lines {
    written: Vec<String>,
    /// The fields of each span, at its id less one.
    spans: Vec<String>,
    entered: Vec<usize>,
}

impl Log {
    /// Takes the log, at INFO, until the guard is dropped.
    pub(crate) fn taken() -> (Self, DefaultGuard) {
        Self::taken_at(Level::INFO)
    }

    pub(crate) fn taken_at(level: Level) -> (Self, DefaultGuard) {
        let log = Self {
            lines: Arc::default(),
            level,
        };
        let guard = tracing::subscriber::set_default(log.clone());
        (log, guard)
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().written.clone()
    }

    /// The first line with this text, once it is there.
    pub(crate) async fn line(&self, text: &str) -> String {
        let found = async {
            loop {
                let lines = self.lines();
                match lines.into_iter().find(|line| line.contains(text)) {
                    Some(line) => return line,
                    None => tokio::task::yield_now().await,
                }
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(30), found).await;
        found.unwrap_or_else(|_| panic!("{text:?} is not in {:#?}", self.lines()))
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!(" {field}={value:?}"));
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("spikard") && *metadata.level() <= self.level
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = Fields(String::new());
        attributes.record(&mut fields);
        let spans = &mut self.lines.lock().unwrap().spans;
        spans.push(fields.0);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(event.metadata().level().to_string());
        event.record(&mut fields);
        let mut lines = self.lines.lock().unwrap();
        if let Some(span) = lines.entered.last() {
            fields.0.push_str(&format!(" in{}", lines.spans[*span]));
        }
        lines.written.push(fields.0);
    }

    fn enter(&self, span: &Id) {
        let span = usize::try_from(span.into_u64()).unwrap() - 1;
        self.lines.lock().unwrap().entered.push(span);
    }

    fn exit(&self, _: &Id) {
        self.lines.lock().unwrap().entered.pop();
    }
}
