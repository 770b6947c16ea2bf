//! What is known of one call until it ends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Code;

use super::ended::{EndedCall, Flow, Times};
use super::limit::Limit;
use super::method::MethodCounters;

/// Counts one call, and tells of its end.
#[derive(Debug)]
pub(crate) struct CallRecord {
    method: Arc<MethodCounters>,
    path: Option<String>,
    peer: Option<SocketAddr>,
    /// When the request arrived; `None` where nobody asks.
    arrived: Option<Instant>,
    answered: Option<Instant>,
    limit: Option<Limit>,
    pub(crate) received: Flow,
    pub(crate) sent: Flow,
    /// The times up to the handler, once they are known.
    pub(crate) buffered: Option<Duration>,
    pub(crate) queued: Duration,
}

impl CallRecord {
    /// A call that has been started.
    pub(crate) fn started(
        method: Arc<MethodCounters>,
        path: Option<&str>,
        peer: Option<SocketAddr>,
        arrived: Option<Instant>,
    ) -> Self {
        method.started();
        method.server.watchers().started(method.name());
        let measured = method.server.measures();
        Self {
            path: path.map(str::to_owned),
            peer,
            arrived: measured.then(|| arrived.unwrap_or_else(Instant::now)),
            answered: None,
            limit: None,
            received: Flow::default(),
            sent: Flow::default(),
            buffered: None,
            queued: Duration::ZERO,
            method,
        }
    }

    /// When the request arrived, if the call is measured.
    pub(crate) fn measured_from(&self) -> Option<Instant> {
        self.arrived
    }

    /// The handler has answered with all that it will.
    pub(crate) fn answered(&mut self) {
        self.answered = self.arrived.map(|_| Instant::now());
    }

    /// What the call was refused by. The first counts.
    pub(crate) fn refused(&mut self, limit: Option<Limit>) {
        self.limit = self.limit.or(limit);
    }

    /// The call has ended. It is called once.
    pub(crate) fn ended(&self, code: Code) {
        let call = EndedCall {
            method: self.method.name(),
            path: self.path.as_deref(),
            peer: self.peer,
            code,
            limit: self.limit,
            received: self.received,
            sent: self.sent,
            times: self
                .arrived
                .map(|from| self.times(from))
                .unwrap_or_default(),
        };
        self.method.ended(&call, self.arrived.is_some());
        self.method.server.watchers().ended(&call);
    }

    fn times(&self, arrived: Instant) -> Times {
        let now = Instant::now();
        let total = now.saturating_duration_since(arrived);
        let Some(buffered) = self.buffered else {
            // It never came to its handler.
            return Times {
                total,
                buffered: total,
                ..Times::default()
            };
        };
        let answered = self.answered.unwrap_or(now);
        let until = answered.saturating_duration_since(arrived);
        Times {
            total,
            buffered,
            queued: self.queued,
            handled: until.saturating_sub(buffered + self.queued),
        }
    }
}
