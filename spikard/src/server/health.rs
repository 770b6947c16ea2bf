//! `grpc.health.v1`: whether each service is served.

use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

/// The health of a server and of each of its services: SERVING, and NOT_SERVING once it drains.
#[derive(Clone, Debug)]
pub(super) struct Health {
    reporter: HealthReporter,
    services: Vec<String>,
}

impl Health {
    pub(super) fn new() -> Self {
        Self {
            reporter: HealthReporter::new(),
            services: Vec::new(),
        }
    }

    pub(super) fn service(&self) -> HealthServer<HealthService> {
        HealthServer::new(HealthService::from_health_reporter(self.reporter.clone()))
    }

    /// The services that are reported on; the empty name, for the server as a whole, always is.
    pub(super) fn report_on(&mut self, services: impl Iterator<Item = &'static str>) {
        self.services = services.map(String::from).collect();
        self.services.push(String::new());
    }

    pub(super) async fn serving(&self) {
        for service in &self.services {
            let serving = ServingStatus::Serving;
            self.reporter.set_service_status(service, serving).await;
        }
    }

    /// NOT_SERVING for every watcher, whose stream then ends: the drain would wait for it.
    pub(super) async fn draining(mut self) {
        for service in &self.services {
            let stopping = ServingStatus::NotServing;
            self.reporter.set_service_status(service, stopping).await;
            self.reporter.clear_service_status(service).await;
        }
    }
}
