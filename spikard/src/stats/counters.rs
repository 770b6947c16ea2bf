//! The counters of a server, and who reads them.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::ended::Watchers;
use super::method::{MethodCounters, OTHER};
use super::shared::Shared;
use super::values::ServerStats;

/// The counters of a server.
#[derive(Debug)]
pub(crate) struct ServerCounters {
    shared: Arc<Shared>,
    /// The methods in the order of their names, and last the calls to paths that name none.
    methods: Vec<Arc<MethodCounters>>,
    other: Arc<MethodCounters>,
    buffered: OnceLock<Gauge>,
    waiting: OnceLock<Gauge>,
    accepted: AtomicU64,
    closed: AtomicU64,
}

/// What is there now.
struct Gauge(Box<dyn Fn() -> u64 + Send + Sync>);

impl Gauge {
    fn now(&self) -> u64 {
        (self.0)()
    }
}

impl fmt::Debug for Gauge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.now().fmt(f)
    }
}

impl ServerCounters {
    /// Counters without methods yet.
    pub(crate) fn new(watchers: Watchers) -> Self {
        let shared = Arc::new(Shared::new(watchers));
        Self {
            other: Arc::new(MethodCounters::new(OTHER.to_owned(), shared.clone())),
            shared,
            methods: Vec::new(),
            buffered: OnceLock::new(),
            waiting: OnceLock::new(),
            accepted: AtomicU64::new(0),
            closed: AtomicU64::new(0),
        }
    }

    /// The counters of one more method, `package.Service/Method`.
    pub(crate) fn method(&mut self, name: String) -> Arc<MethodCounters> {
        let method = Arc::new(MethodCounters::new(name, self.shared.clone()));
        let at = self
            .methods
            .partition_point(|other| other.name() < method.name());
        self.methods.insert(at, method.clone());
        method
    }

    /// Those of calls to paths that name no method.
    pub(crate) fn other(&self) -> &Arc<MethodCounters> {
        &self.other
    }

    /// How the bytes that are buffered now are known.
    pub(crate) fn buffers(&self, gauge: impl Fn() -> u64 + Send + Sync + 'static) {
        let _ = self.buffered.set(Gauge(Box::new(gauge)));
    }

    fn read(&self) -> ServerStats {
        self.shared.measure();
        let closed = self.closed.load(Ordering::Relaxed);
        let accepted = self.accepted.load(Ordering::Relaxed);
        let methods = self.methods.iter().chain([&self.other]);
        ServerStats {
            accepted_connections: accepted,
            open_connections: accepted.saturating_sub(closed),
            buffered_bytes: self.buffered.get().map_or(0, Gauge::now),
            waiting_calls: self.waiting.get().map_or(0, Gauge::now),
            methods: methods.map(|method| method.read()).collect(),
        }
    }
}

/// A connection, for as long as it is open.
#[cfg(feature = "server")]
#[derive(Debug)]
pub(crate) struct OpenConnection(Arc<ServerCounters>);

#[cfg(feature = "server")]
impl OpenConnection {
    pub(crate) fn of(counters: Arc<ServerCounters>) -> Self {
        counters.accepted.fetch_add(1, Ordering::Relaxed);
        Self(counters)
    }
}

#[cfg(feature = "server")]
impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.closed.fetch_add(1, Ordering::Relaxed);
    }
}

/// Reads what a server has done, at any time: see [`Stats::read`]. Clones read the same server.
#[derive(Clone, Debug)]
pub struct Stats(Arc<ServerCounters>);

impl Stats {
    pub(crate) fn of(counters: Arc<ServerCounters>) -> Self {
        Self(counters)
    }

    /// How the calls that wait for Python now are known.
    #[cfg(feature = "python")]
    pub(crate) fn waits(&self, gauge: impl Fn() -> u64 + Send + Sync + 'static) {
        let _ = self.0.waiting.set(Gauge(Box::new(gauge)));
    }

    /// What the server has done so far.
    ///
    /// Calls are counted from the start. Times and sizes of calls are measured from the first `read` on: nothing pays for
    /// clocks that nobody looks at. A server with an access log or a metrics page measures them from its start.
    ///
    /// ```
    /// use spikard::Server;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), spikard::ServeError> {
    /// let server = Server::builder().bind("127.0.0.1:0").await?;
    /// let stats = server.stats();
    /// assert_eq!(stats.read().open_connections, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn read(&self) -> ServerStats {
        self.0.read()
    }
}
