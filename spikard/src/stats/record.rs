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
    limit: Option<Limit>,
    pub(crate) received: Flow,
    pub(crate) sent: Flow,
    /// `None` where nobody asks. Apart, since the record is moved with its call.
    measured: Option<Box<Measured>>,
}

#[derive(Debug)]
struct Measured {
    path: Option<String>,
    peer: Option<SocketAddr>,
    arrived: Instant,
    /// The time up to the handler, and in it for Python, once they are known.
    buffered: Option<Duration>,
    queued: Duration,
    answered: Option<Instant>,
}

impl CallRecord {
    /// A call that has been started. `path` is what the client asked for, where it names no method.
    pub(crate) fn started(
        method: Arc<MethodCounters>,
        path: Option<&str>,
        peer: Option<SocketAddr>,
        arrived: Option<Instant>,
    ) -> Self {
        method.started();
        let measured = method.server.measures().then(|| {
            method.server.watchers().started(method.name());
            Box::new(Measured {
                path: path.map(str::to_owned),
                peer,
                arrived: arrived.unwrap_or_else(Instant::now),
                buffered: None,
                queued: Duration::ZERO,
                answered: None,
            })
        });
        Self {
            method,
            limit: None,
            received: Flow::default(),
            sent: Flow::default(),
            measured,
        }
    }

    /// When the request arrived, if the call is measured.
    pub(crate) fn measured_from(&self) -> Option<Instant> {
        self.measured.as_ref().map(|measured| measured.arrived)
    }

    /// The handler got the request after `buffered`, or not at all; for Python it then was `queued`.
    pub(crate) fn handed_over(&mut self, buffered: Option<Duration>, queued: Duration) {
        if let Some(measured) = &mut self.measured {
            measured.buffered = buffered;
            measured.queued = queued;
        }
    }

    /// The handler has answered with all that it will.
    pub(crate) fn answered(&mut self) {
        if let Some(measured) = &mut self.measured {
            measured.answered = Some(Instant::now());
        }
    }

    /// What the call was refused by. The first counts.
    pub(crate) fn refused(&mut self, limit: Option<Limit>) {
        self.limit = self.limit.or(limit);
    }

    /// The call has ended. It is called once.
    pub(crate) fn ended(&self, code: Code) {
        self.method
            .ended(code, self.limit, self.received, self.sent);
        let Some(measured) = &self.measured else {
            return;
        };
        let call = EndedCall {
            method: self.method.name(),
            path: measured.path.as_deref(),
            peer: measured.peer,
            code,
            limit: self.limit,
            received: self.received,
            sent: self.sent,
            times: measured.times(),
        };
        self.method.measured(&call);
        self.method.server.watchers().ended(&call);
    }
}

impl Measured {
    fn times(&self) -> Times {
        let now = Instant::now();
        let total = now.saturating_duration_since(self.arrived);
        let Some(buffered) = self.buffered else {
            // It never came to its handler.
            return Times {
                total,
                buffered: total,
                ..Times::default()
            };
        };
        let answered = self.answered.unwrap_or(now);
        let until = answered.saturating_duration_since(self.arrived);
        Times {
            total,
            buffered,
            queued: self.queued,
            handled: until.saturating_sub(buffered + self.queued),
        }
    }
}
