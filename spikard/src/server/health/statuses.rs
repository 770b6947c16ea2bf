//! The status of each service.

use std::collections::BTreeSet;

use tokio::sync::watch;
use tonic_health::pb::health_check_response::ServingStatus;

/// The services that are reported on, and their status: that of the server, but for those that were set apart.
#[derive(Debug)]
pub(super) struct Statuses(watch::Sender<State>);

/// What there is to report.
#[derive(Clone, Debug)]
pub(super) struct State {
    services: Vec<String>,
    status: ServingStatus,
    /// Services that do not serve while the server does.
    out_of_service: BTreeSet<String>,
}

impl Default for Statuses {
    fn default() -> Self {
        Self(watch::Sender::new(State {
            services: Vec::new(),
            status: ServingStatus::Unknown,
            out_of_service: BTreeSet::new(),
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

    #[cfg(feature = "python")]
    /// Sets whether a service serves while the server does, of one that is reported on or will be.
    pub(super) fn set_service(&self, service: &str, serves: bool) {
        self.0.send_modify(|state| {
            if serves {
                state.out_of_service.remove(service);
            } else {
                state.out_of_service.insert(service.to_owned());
            }
        });
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
        services
            .map(|name| (name.clone(), state.status_of(name)))
            .collect()
    }
}

impl State {
    pub(super) fn of(&self, service: &str) -> Option<ServingStatus> {
        let is_known = self.services.iter().any(|name| name == service);
        is_known.then(|| self.status_of(service))
    }

    fn status_of(&self, service: &str) -> ServingStatus {
        match self.status {
            ServingStatus::Serving if self.out_of_service.contains(service) => {
                ServingStatus::NotServing
            }
            status => status,
        }
    }
}
