//! The status of each service.

use tokio::sync::watch;
use tonic_health::pb::health_check_response::ServingStatus;

/// The services that are reported on, and their status, which is one for all.
#[derive(Debug)]
pub(super) struct Statuses(watch::Sender<State>);

/// What there is to report.
#[derive(Clone, Debug)]
pub(super) struct State {
    services: Vec<String>,
    status: ServingStatus,
}

impl Default for Statuses {
    fn default() -> Self {
        Self(watch::Sender::new(State {
            services: Vec::new(),
            status: ServingStatus::Unknown,
        }))
    }
}

impl Statuses {
    pub(super) fn report_on(&self, services: Vec<String>) {
        self.0.send_modify(|state| state.services = services);
    }

    pub(super) fn set(&self, status: ServingStatus) {
        self.0.send_modify(|state| state.status = status);
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<State> {
        self.0.subscribe()
    }

    /// `None` for a service that is not reported on.
    pub(super) fn of(&self, service: &str) -> Option<ServingStatus> {
        self.0.borrow().of(service)
    }

    pub(super) fn all(&self) -> Vec<(String, ServingStatus)> {
        let state = self.0.borrow();
        let services = state.services.iter();
        services.map(|name| (name.clone(), state.status)).collect()
    }
}

impl State {
    pub(super) fn of(&self, service: &str) -> Option<ServingStatus> {
        let is_known = self.services.iter().any(|name| name == service);
        is_known.then_some(self.status)
    }
}
