//! Services merged into one: each path to its method.

mod error;
mod foreign;
#[cfg(feature = "server")]
mod layered;
#[cfg(feature = "server")]
mod layered_service;
#[cfg(feature = "router")]
mod mounted;
#[cfg(feature = "python")]
mod names;
#[cfg(all(feature = "health", feature = "python", not(spikard_extension)))]
mod python;
mod registry;
#[cfg(feature = "server")]
mod seen;
mod service;
mod steps;
mod table;
#[cfg(feature = "server")]
mod with_layers;

use std::sync::Arc;

use crate::call::Budget;
use crate::dispatch::{DEFAULT_BUFFERED_BYTES, Policy};
use crate::stats::{AccessLog, ServerCounters, Watchers};
use crate::{Compression, Limits};

pub use error::RoutesError;
use foreign::Foreign;
#[cfg(feature = "server")]
pub(crate) use layered::AnyLayer;
#[cfg(feature = "server")]
pub use layered::LayeredService;
#[cfg(feature = "python")]
pub(crate) use names::interned;
#[cfg(all(feature = "health", feature = "python", not(spikard_extension)))]
pub(crate) use python::python_answers;
use registry::{Registered, Registry};
pub use service::RoutesService;
pub(crate) use steps::routes_steps;
pub use table::RouteTable;

/// Services, gathered and merged: methods of one service may come from any number of functions and blocks.
///
/// ```
/// use spikard::{Limits, Routes};
/// # fn main() -> Result<(), spikard::RoutesError> {
/// let service = Routes::new()
///     .limits(Limits { max_messages: 100, ..Limits::default() })
///     .into_service()?;
/// # drop(service);
/// # Ok(())
/// # }
/// ```
///
/// [`Server`](crate::Server) takes services itself, and [`Routes`] as well
/// ([`ServerBuilder::merge`](crate::ServerBuilder::merge), or `ServerBuilder::from`). `Routes` is for services that a
/// library hands over, and for serving them in another server.
#[derive(Debug)]
pub struct Routes {
    pub(crate) registry: Registry,
    pub(crate) foreign: Foreign,
    pub(crate) limits: Limits,
    pub(crate) compression: Compression,
    pub(crate) accept_compression: bool,
    pub(crate) refuse_retried_uploads: bool,
    pub(crate) undecodable_as_invalid_argument: Option<bool>,
    pub(crate) complete_services: bool,
    pub(crate) max_buffered_bytes: Option<usize>,
    pub(crate) max_buffered_bytes_per_connection: Option<usize>,
    /// Layers around services or methods, by name.
    #[cfg(feature = "server")]
    pub(crate) layers: Vec<(String, AnyLayer)>,
    pub(crate) access_log: bool,
    pub(crate) watchers: Watchers,
}

impl Default for Routes {
    fn default() -> Self {
        Self {
            registry: Registry::default(),
            foreign: Foreign::default(),
            limits: Limits::default(),
            compression: Compression::default(),
            accept_compression: true,
            refuse_retried_uploads: false,
            undecodable_as_invalid_argument: None,
            complete_services: false,
            max_buffered_bytes: None,
            max_buffered_bytes_per_connection: None,
            #[cfg(feature = "server")]
            layers: Vec::new(),
            access_log: false,
            watchers: Watchers::default(),
        }
    }
}

impl Routes {
    /// No services yet, and the default limits.
    pub fn new() -> Self {
        Self::default()
    }

    routes_steps!();

    /// Adds the services of other routes, with the layers that they have for them. The limits and the other settings stay
    /// those of `self`.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.registry.merge(other.registry);
        self.foreign.merge(other.foreign);
        #[cfg(feature = "server")]
        self.layers.extend(other.layers);
        self
    }

    /// Adds a method whose names, kind and handler are known only at run time.
    #[cfg(feature = "python")]
    pub(crate) fn declare(
        &mut self,
        service: &'static str,
        method: &'static str,
        info: crate::MethodInfo,
        answer: impl Fn(crate::dispatch::ServerCall) -> crate::dispatch::ResponseFuture
        + Send
        + Sync
        + 'static,
    ) {
        self.registry
            .declare(service, method, info, Box::new(answer));
    }

    /// States which methods a service has, whoever handles them.
    #[cfg(feature = "python")]
    pub(crate) fn declare_service(&mut self, service: &'static str, methods: Vec<&'static str>) {
        self.registry.declare_service(service, methods);
    }

    /// The same, without a word of methods that nobody handles: a test may need a few alone.
    #[cfg(feature = "python")]
    pub(crate) fn partial(mut self) -> Self {
        self.registry.forget_services();
        self
    }

    /// Whether all services are complete, where they must be.
    pub(crate) fn check_complete(&self) -> Result<(), RoutesError> {
        if self.complete_services {
            self.registry.check_complete()
        } else {
            Ok(())
        }
    }

    /// The names of the services, each once.
    #[cfg(any(feature = "server", feature = "router"))]
    pub(crate) fn service_names(&self) -> std::collections::BTreeSet<&'static str> {
        let ours = self.registry.service_names();
        ours.chain(self.foreign.names()).collect()
    }

    /// By default a connection may hold a quarter of the budget, and a whole stream in any case.
    fn budget(&self) -> Budget {
        let limit = self.max_buffered_bytes.unwrap_or(DEFAULT_BUFFERED_BYTES);
        let share = (limit / 4).max(self.limits.max_stream_bytes);
        Budget::new(
            limit,
            self.max_buffered_bytes_per_connection.unwrap_or(share),
        )
    }

    /// One tower service for all methods; a path that names none is answered UNIMPLEMENTED.
    ///
    /// # Errors
    ///
    /// Two handlers for one method, a service of tonic's added twice or beside handlers of that service, a layer for a
    /// service or method that is not served, a Python callable that does not exist or is not callable, or a method without
    /// a handler where [`complete_services`](Self::complete_services) asks for all.
    pub fn into_service(self) -> Result<RoutesService, RoutesError> {
        let policy = Policy {
            limits: self.limits,
            compression: self.compression,
            accept_compression: self.accept_compression,
            refuse_retried_uploads: self.refuse_retried_uploads,
            undecodable_as_invalid_argument: self.undecodable_as_invalid_argument,
            budget: Arc::new(self.budget()),
        };
        self.check_complete()?;
        let mut watchers = self.watchers;
        if self.access_log {
            watchers.add(AccessLog);
        }
        let mut counters = ServerCounters::new(watchers);
        let budget = policy.budget.clone();
        counters.buffers(move || budget.charged() as u64);
        let methods = self.registry.finish(&mut counters)?;
        let foreign = self
            .foreign
            .finish(methods.values().map(Registered::service))?;
        let service = RoutesService::new(methods, foreign, policy, counters);
        #[cfg(feature = "server")]
        let service = service.layered(self.layers)?;
        Ok(service)
    }
}
