//! What is told of a call that has ended.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::Code;

use super::limit::Limit;

/// Messages, and the bytes of their payloads as they are on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flow {
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
}

/// Where the time of a call went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    /// From the headers of the request to the end of the response.
    pub(crate) total: Duration,
    /// Up to the half-close; none for a handler that runs while messages arrive.
    pub(crate) buffered: Duration,
    /// For Python, from there.
    pub(crate) queued: Duration,
    /// From there to the answer: to its end, for a handler that answers with a stream.
    pub(crate) handled: Duration,
}

/// A call that has ended.
pub(crate) struct EndedCall<'a> {
    /// `package.Service/Method`; [`OTHER`](super::method::OTHER) for a path that names no method.
    pub(crate) method: &'a Arc<str>,
    /// The path, where it names no method.
    pub(crate) path: Option<&'a str>,
    /// The client's address; `None` over a Unix socket.
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) code: Code,
    /// What the call was refused by.
    pub(crate) limit: Option<Limit>,
    pub(crate) received: Flow,
    pub(crate) sent: Flow,
    pub(crate) times: Times,
}

/// Is told of calls, on their threads.
pub(crate) trait Watch: Send + Sync {
    /// The headers of a call of this method have arrived.
    fn started(&self, method: &Arc<str>) {
        let _ = method;
    }

    /// A call has ended.
    fn ended(&self, call: &EndedCall<'_>);
}

/// Those who are told.
#[derive(Clone, Default)]
pub(crate) struct Watchers(Vec<Arc<dyn Watch>>);

impl Watchers {
    pub(crate) fn add(&mut self, watcher: impl Watch + 'static) {
        self.0.push(Arc::new(watcher));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn started(&self, method: &Arc<str>) {
        for watcher in &self.0 {
            watcher.started(method);
        }
    }

    pub(super) fn ended(&self, call: &EndedCall<'_>) {
        for watcher in &self.0 {
            watcher.ended(call);
        }
    }
}

impl fmt::Debug for Watchers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Watchers({})", self.0.len())
    }
}
