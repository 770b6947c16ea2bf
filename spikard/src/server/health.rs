//! `grpc.health.v1`: whether each service is served.

use std::convert::Infallible;
use std::future::pending;

#[cfg(feature = "python")]
use tokio::sync::watch;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

/// The health of a server and of each of its services: SERVING, and NOT_SERVING once it drains.
#[derive(Clone, Debug)]
pub(super) struct Health {
    reporter: HealthReporter,
    services: Vec<String>,
    /// Whether handlers can run; `None` where they always can.
    #[cfg(feature = "python")]
    pub(super) able: Option<watch::Receiver<bool>>,
}

impl Health {
    pub(super) fn new() -> Self {
        Self {
            reporter: HealthReporter::new(),
            services: Vec::new(),
            #[cfg(feature = "python")]
            able: None,
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

    /// Says SERVING while handlers can run, and NOT_SERVING while they cannot.
    pub(super) async fn follow(&self) -> Infallible {
        #[cfg(feature = "python")]
        if let Some(mut able) = self.able.clone() {
            // An error means that nobody says any more.
            while able.changed().await.is_ok() {
                let serves = *able.borrow_and_update();
                if serves {
                    self.serving().await;
                } else {
                    self.not_serving().await;
                }
            }
        }
        pending().await
    }

    pub(super) async fn not_serving(&self) {
        for service in &self.services {
            let stopping = ServingStatus::NotServing;
            self.reporter.set_service_status(service, stopping).await;
        }
    }

    /// Ends the streams of watchers: the drain would wait for them.
    pub(super) async fn end_watches(mut self) {
        for service in &self.services {
            self.reporter.clear_service_status(service).await;
        }
    }
}
