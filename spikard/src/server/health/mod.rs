//! `grpc.health.v1`: whether each service is served. tonic-health's service lacks `List`, and ends a `Watch` of a service that
//! it does not know; its messages are here.

#[cfg(feature = "reflection")]
mod descriptor;
mod messages;
mod service;
mod statuses;
mod watch;

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
#[cfg(all(feature = "python", not(spikard_extension)))]
use std::time::Duration;

#[cfg(feature = "python")]
use tokio::sync::watch::Receiver;
use tonic_health::pb::health_check_response::ServingStatus;

use service::HealthService;
use statuses::Statuses;

#[cfg(feature = "reflection")]
pub(super) use descriptor::descriptor_set;

/// The health of a server and of each of its services: SERVING, and NOT_SERVING once it drains. It is a handle: clones are
/// of the same server.
///
/// ```no_run
/// # async fn run() -> Result<(), spikard::ServeError> {
/// # async fn database_is_there() -> bool { true }
/// use std::time::Duration;
/// use spikard::{Health, Server};
///
/// let health = Health::new();
/// let of_orders = health.clone();
/// tokio::spawn(async move {
///     loop {
///         if database_is_there().await {
///             of_orders.set_serving("shop.Orders");
///         } else {
///             of_orders.set_not_serving("shop.Orders");
///         }
///         tokio::time::sleep(Duration::from_secs(5)).await;
///     }
/// });
/// Server::builder().health_with(health).serve("127.0.0.1:50051").await
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Health {
    statuses: Arc<Statuses>,
    /// Whether Python's handlers can run; `None` where there are none.
    #[cfg(feature = "python")]
    pub(super) python: Option<Python>,
}

/// How it is known whether Python's handlers can run.
#[cfg(feature = "python")]
#[derive(Clone, Debug)]
pub(super) enum Python {
    /// Who started the server says so.
    Told(Receiver<bool>),
    /// The interpreter in this program is asked; the time is how long it may not answer.
    #[cfg(not(spikard_extension))]
    Asked(Option<Duration>),
}

impl Health {
    /// The health of a server to come, for [`ServerBuilder::health_with`](crate::ServerBuilder::health_with).
    pub fn new() -> Self {
        Self {
            statuses: Arc::default(),
            #[cfg(feature = "python")]
            python: None,
        }
    }

    /// A service is SERVING again, as each is from the start. The empty name is the server as a whole, which the state of
    /// a service does not change. A name that the server does not serve is reported on from now on.
    pub fn set_serving(&self, service: impl Into<String>) {
        self.statuses.set_able(service.into(), true);
    }

    /// A service is NOT_SERVING: clients that watch it go elsewhere. Its calls are answered all the same.
    pub fn set_not_serving(&self, service: impl Into<String>) {
        self.statuses.set_able(service.into(), false);
    }

    pub(super) fn service(&self) -> HealthService {
        HealthService::new(self.statuses.clone())
    }

    /// The services that are reported on; the empty name, for the server as a whole, always is.
    pub(super) fn report_on(&mut self, services: impl Iterator<Item = &'static str>) {
        let services = services.chain([""]).map(String::from);
        self.statuses.report_on(services.collect());
    }

    pub(super) fn serving(&self) {
        self.statuses.set(ServingStatus::Serving);
    }

    /// Says SERVING while handlers can run, and NOT_SERVING while they cannot.
    pub(super) async fn follow(&self) -> Infallible {
        #[cfg(feature = "python")]
        match self.python.clone() {
            None => {}
            Some(Python::Told(says)) => self.repeat(says).await,
            #[cfg(not(spikard_extension))]
            Some(Python::Asked(unhealthy_after)) => {
                if let Some((says, asks)) = crate::routes::python_answers(unhealthy_after) {
                    tokio::select! {
                        () = self.repeat(says) => {}
                        () = asks => {}
                    }
                }
            }
        }
        pending().await
    }

    /// Sets whether a service serves while the server does.
    #[cfg(feature = "python")]
    pub(crate) fn set_service(&self, service: &str, serves: bool) {
        self.statuses.set_able(service.to_owned(), serves);
    }

    #[cfg(feature = "python")]
    async fn repeat(&self, mut says: Receiver<bool>) {
        // An error means that nobody says any more.
        while says.changed().await.is_ok() {
            let serves = *says.borrow_and_update();
            if serves {
                self.serving();
            } else {
                self.not_serving();
            }
        }
    }

    pub(super) fn not_serving(&self) {
        self.statuses.set(ServingStatus::NotServing);
    }
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}
