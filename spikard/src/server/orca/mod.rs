//! Load reports by ORCA (gRFC A51): in the trailers of calls, and out of band.

mod load;
mod measured;
mod message;
mod reported;
mod service;

use std::time::Duration;

use crate::LoadReport;
use crate::call::Recorded;

pub(super) use load::Load;
use measured::Utilizations;
pub(super) use service::OpenRca;

/// How a server reports its load to the clients and proxies that balance calls by it, for
/// [`ServerBuilder::orca`](crate::ServerBuilder::orca): ORCA, as in gRPC's proposal A51.
///
/// Each call has a report in the trailer `endpoint-load-metrics-bin`, and `xds.service.orca.v3.OpenRcaService` sends them
/// out of band. The server measures, over a second at a time:
///
/// - `rps_fractional` and `eps`: the calls a second, and those that end with an error of the server;
/// - `cpu_utilization`: the CPU time of the process, of that of all CPUs (on Unix);
/// - `application_utilization`: the most of the CPU, the budget of buffered bytes in use, and in a server that Python
///   starts the calls that wait for Python, of those that may.
///
/// What handlers record with [`Call::record_load`](crate::Call::record_load) and
/// [`Call::record_server_load`](crate::Call::record_server_load) overrides that.
///
/// ```
/// use spikard::{Orca, Server};
///
/// let server = Server::builder().orca(Orca::new());
/// # drop(server);
/// ```
#[derive(Clone, Debug)]
pub struct Orca {
    least_interval: Duration,
    measures: bool,
    recorded: Recorded,
    utilizations: Utilizations,
}

impl Default for Orca {
    fn default() -> Self {
        Self::new()
    }
}

impl Orca {
    /// Reports of what the server measures and what handlers record.
    pub fn new() -> Self {
        Self {
            least_interval: Duration::from_secs(30),
            measures: true,
            recorded: Recorded::default(),
            utilizations: Utilizations::default(),
        }
    }

    /// The shortest interval of reports out of band, whatever a client asks for: from 1 ms to a day. Default: 30 s.
    #[must_use]
    pub fn min_report_interval(mut self, interval: Duration) -> Self {
        self.least_interval = interval;
        self
    }

    /// Reports what handlers record, and nothing else.
    #[must_use]
    pub fn recorded_only(mut self) -> Self {
        self.measures = false;
        self
    }

    /// Adds to the load report of the server, from anywhere: clones share it. As
    /// [`Call::record_server_load`](crate::Call::record_server_load).
    pub fn record(&self, report: LoadReport) {
        self.recorded.record(report);
    }

    /// One more of what `application_utilization` is the most of.
    #[cfg_attr(
        not(feature = "python"),
        expect(dead_code, reason = "Python's queue is one")
    )]
    pub(crate) fn utilization(mut self, of: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.utilizations.push(of);
        self
    }

    fn into_load(self, max_trailers: usize) -> Load {
        let measured = self.measures.then_some(self.utilizations);
        Load::new(self.recorded, measured, max_trailers)
    }
}
