//! Services merged into one: each path to its method.

mod error;
mod foreign;
#[cfg(feature = "router")]
mod mounted;
#[cfg(feature = "python")]
mod names;
mod registry;
mod service;
mod table;

use std::convert::Infallible;
use std::sync::Arc;

use http::{Request, Response};
use tonic::body::Body;
use tonic::server::NamedService;
use tower_service::Service;

use crate::collect::Budget;
use crate::dispatch::Policy;
use crate::{Compression, GrpcService, Limits};

pub use error::RoutesError;
use foreign::Foreign;
#[cfg(feature = "python")]
pub(crate) use names::interned;
use registry::Registry;
pub use service::RoutesService;
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
/// [`Server`](crate::Server) takes services itself; `Routes` is for serving them in another server.
#[derive(Debug, Default)]
pub struct Routes {
    registry: Registry,
    foreign: Foreign,
    limits: Limits,
    compression: Compression,
    budget: Budget,
}

impl Routes {
    /// No services yet, and the default limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the methods of a service. What is wrong with them is said when the routes are built.
    #[must_use]
    #[expect(
        clippy::should_implement_trait,
        reason = "the name of the builder's step; nothing is summed"
    )]
    pub fn add<S: GrpcService>(mut self, service: S) -> Self {
        self.registry.add(service);
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

    /// Adds a service that tonic generated, or any other that has a name. Limits are its own affair.
    #[must_use]
    pub fn add_service<S>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        self.foreign.add(service);
        self
    }

    /// The names of the services, each once.
    #[cfg(any(feature = "health", feature = "reflection", feature = "router"))]
    pub(crate) fn service_names(&self) -> std::collections::BTreeSet<&'static str> {
        let ours = self.registry.service_names();
        ours.chain(self.foreign.names()).collect()
    }

    /// The limits of every method that does not set its own.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How responses are compressed for clients that accept it. Default: not at all.
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// The bytes that all calls together may have buffered. Default: 1 GiB.
    ///
    /// The payload of each message counts, after decompression, and the fixed size of its value in
    /// memory. A call for which there is no room is answered RESOURCE_EXHAUSTED; others go on.
    #[must_use]
    pub fn max_buffered_bytes(mut self, bytes: usize) -> Self {
        self.budget = Budget::new(bytes);
        self
    }

    /// What will be served, to be printed.
    pub fn table(&self) -> RouteTable {
        self.registry.table(&self.limits)
    }

    /// One tower service for all methods; a path that names none is answered UNIMPLEMENTED.
    ///
    /// # Errors
    ///
    /// Two handlers for one method, a service of tonic's added twice, or a Python callable that does not exist or is not callable.
    pub fn into_service(self) -> Result<RoutesService, RoutesError> {
        let policy = Policy {
            limits: self.limits,
            compression: self.compression,
            budget: Arc::new(self.budget),
        };
        Ok(RoutesService::new(
            self.registry.finish()?,
            self.foreign.finish()?,
            policy,
        ))
    }
}
