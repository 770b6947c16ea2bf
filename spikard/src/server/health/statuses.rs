//! The status of each service.

use std::collections::BTreeMap;

use tokio::sync::watch;
use tonic_health::pb::health_check_response::ServingStatus;

/// The services that are reported on, and their status: that of the server, but for those that were set apart.
#[derive(Debug)]
pub(super) struct Statuses(watch::Sender<State>);

/// What there is to report.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// Whether each can serve while the server does.
    services: BTreeMap<String, bool>,
    status: ServingStatus,
}

impl Default for Statuses {
    fn default() -> Self {
        Self(watch::Sender::new(State {
            services: BTreeMap::new(),
            status: ServingStatus::Unknown,
        }))
    }
}

impl Statuses {
    pub(super) fn report_on(&self, services: Vec<String>) {
        self.0.send_modify(|state| {
            for service in services {
                // What the program has said before the server binds stands.
                state.services.entry(service).or_insert(true);
            }
        });
    }

    /// Sets whether a service can serve while the server does, of one that is reported on or will be.
    pub(super) fn set_able(&self, service: String, able: bool) {
        self.0.send_modify(|state| {
            state.services.insert(service, able);
        });
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
        services
            .map(|(name, able)| (name.clone(), state.status_of(*able)))
            .collect()
    }
}

impl State {
    pub(super) fn of(&self, service: &str) -> Option<ServingStatus> {
        let able = self.services.get(service)?;
        Some(self.status_of(*able))
    }

    /// A server that does not serve, or not yet, has no service that does.
    fn status_of(&self, able: bool) -> ServingStatus {
        match self.status {
            ServingStatus::Serving if !able => ServingStatus::NotServing,
            status => status,
        }
    }
}
