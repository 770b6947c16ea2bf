//! `grpc.health.v1`: whether each service is served. tonic-health's service lacks `List`, and ends a `Watch` of a service that
//! it does not know; its messages are here.

#[cfg(feature = "reflection")]
mod descriptor;
mod messages;
mod service;
mod statuses;
mod watch;

use std::sync::Arc;

use tonic_health::pb::health_check_response::ServingStatus;

use service::HealthService;
use statuses::Statuses;

#[cfg(feature = "reflection")]
pub(super) use descriptor::descriptor_set;

/// The health of a server and of each of its services: SERVING, and NOT_SERVING once it drains.
#[derive(Clone, Debug)]
pub(super) struct Health(Arc<Statuses>);

impl Health {
    pub(super) fn new() -> Self {
        Self(Arc::default())
    }

    pub(super) fn service(&self) -> HealthService {
        HealthService(self.0.clone())
    }

    /// The services that are reported on; the empty name, for the server as a whole, always is.
    pub(super) fn report_on(&mut self, services: impl Iterator<Item = &'static str>) {
        let services = services.chain([""]).map(String::from);
        self.0.report_on(services.collect());
    }

    pub(super) fn serving(&self) {
        self.0.set(ServingStatus::Serving);
    }

    pub(super) fn not_serving(&self) {
        self.0.set(ServingStatus::NotServing);
    }

    /// Ends the streams of watchers: the drain would wait for them.
    pub(super) fn end_watches(&self) {
        self.0.end();
    }
}
