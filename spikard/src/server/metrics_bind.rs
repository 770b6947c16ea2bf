//! Where the page of metrics is served.

use std::net::SocketAddr;

use super::builder::ServerBuilder;
use super::metrics::Metrics;
#[cfg(feature = "python")]
use super::metrics::MetricsListener;

impl ServerBuilder {
    /// Serves a page of metrics for Prometheus at `http://ADDRESS/metrics`, for as long as the server serves, the drain
    /// included: [`ServerStats::to_prometheus`](crate::ServerStats::to_prometheus). Port 0 is a free port, which
    /// [`Server::metrics_addr`](crate::Server::metrics_addr) says. Everyone who can connect reads it: give it an address of an inner network.
    ///
    /// ```
    /// use spikard::Server;
    ///
    /// let server = Server::builder().metrics_bind(([127, 0, 0, 1], 9464));
    /// # drop(server);
    /// ```
    #[must_use]
    pub fn metrics_bind(mut self, address: impl Into<SocketAddr>) -> Self {
        self.metrics = Metrics::At(address.into());
        self
    }

    /// Serves the page of metrics on a socket that listens already.
    #[cfg(feature = "python")]
    pub(crate) fn metrics_on(mut self, listener: MetricsListener) -> Self {
        self.metrics = Metrics::On(listener);
        self
    }
}
