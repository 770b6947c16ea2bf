//! The methods of all services, by path.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use crate::dispatch::{ResponseFuture, ServerCall};
use crate::stats::{MethodCounters, ServerCounters};
use crate::{GrpcService, Limits, MethodInfo};

use super::error::RoutesError;
use super::table::{Route, RouteTable};

/// Answers the calls of one method.
pub(super) type Answer = Box<dyn Fn(ServerCall) -> ResponseFuture + Send + Sync>;

/// The methods that were added, in that order.
#[derive(Default)]
pub(crate) struct Registry {
    methods: Vec<Registered>,
    /// The services whose methods are known from a `.proto`.
    declared: BTreeMap<&'static str, Vec<&'static str>>,
}

/// One method of one service, and what answers it.
pub(super) struct Registered {
    service: &'static str,
    #[cfg_attr(
        not(feature = "server"),
        expect(dead_code, reason = "what a server's layers are told")
    )]
    method: &'static str,
    info: MethodInfo,
    answer: Answer,
    /// Set when the routes are built.
    counters: Option<Arc<MethodCounters>>,
    /// Whether the handler is a Python callable that is looked up by name, at start-up.
    #[cfg_attr(
        any(spikard_extension, not(feature = "python")),
        expect(
            dead_code,
            reason = "callables are found by name in an embedded interpreter only"
        )
    )]
    by_name: bool,
}

impl Registered {
    pub(super) fn answer(&self, call: ServerCall) -> ResponseFuture {
        (self.answer)(match &self.counters {
            Some(counters) => call.counted(counters.clone()),
            None => call,
        })
    }

    #[cfg(feature = "server")]
    pub(super) fn counters(&self) -> Option<&Arc<MethodCounters>> {
        self.counters.as_ref()
    }

    pub(super) fn service(&self) -> &'static str {
        self.service
    }

    #[cfg(feature = "server")]
    pub(super) fn names(&self) -> tonic::GrpcMethod<'static> {
        tonic::GrpcMethod::new(self.service, self.method)
    }
}

impl Registry {
    pub(crate) fn add<S: GrpcService>(&mut self, service: S) {
        let service = Arc::new(service);
        if !S::DECLARED.is_empty() {
            self.declared.insert(S::NAME, S::DECLARED.to_vec());
        }
        for (index, info) in S::METHODS.iter().enumerate() {
            let service = service.clone();
            self.methods.push(Registered {
                service: S::NAME,
                method: &info.name,
                info: info.clone(),
                answer: Box::new(move |call| service.clone().call(index, call)),
                counters: None,
                by_name: true,
            });
        }
    }

    /// Adds a method whose names are made at run time.
    #[cfg(feature = "python")]
    pub(super) fn declare(
        &mut self,
        service: &'static str,
        method: &'static str,
        info: MethodInfo,
        answer: Answer,
    ) {
        self.methods.push(Registered {
            service,
            method,
            info,
            answer,
            counters: None,
            by_name: false,
        });
    }

    #[cfg(all(feature = "health", feature = "python", not(spikard_extension)))]
    pub(super) fn infos(&self) -> impl Iterator<Item = &MethodInfo> {
        self.methods.iter().map(|method| &method.info)
    }

    /// States which methods a service has, whoever handles them.
    #[cfg(feature = "python")]
    pub(super) fn declare_service(&mut self, service: &'static str, methods: Vec<&'static str>) {
        self.declared.insert(service, methods);
    }

    /// Forgets which methods the services have beside those that are handled.
    #[cfg(feature = "python")]
    pub(super) fn forget_services(&mut self) {
        self.declared.clear();
    }

    pub(crate) fn table(&self, limits: &Limits) -> RouteTable {
        let routes = self.methods.iter().map(|method| {
            let limits = if method.info.kind.reads_while_it_runs() {
                limits.unbuffered()
            } else {
                *limits
            };
            Route {
                service: method.service.into(),
                limits: limits.overridden_by(&method.info.options),
                info: method.info.clone(),
            }
        });
        RouteTable::new(routes.collect(), self.unhandled().collect())
    }

    /// The methods that a `.proto` has and nobody handles, each with its service.
    fn unhandled(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let declared = self.declared.iter();
        let declared = declared.flat_map(|(service, methods)| {
            let methods = methods.iter();
            methods.map(|method| (*service, *method))
        });
        let is_handled = |(service, method): (&str, &str)| {
            let mut methods = self.methods.iter();
            methods.any(|handled| handled.service == service && handled.info.name == method)
        };
        declared.filter(move |method| !is_handled(*method))
    }

    /// Adds the methods of another.
    pub(crate) fn merge(&mut self, other: Self) {
        self.methods.extend(other.methods);
        self.declared.extend(other.declared);
    }

    #[cfg(any(feature = "server", feature = "router"))]
    pub(super) fn service_names(&self) -> impl Iterator<Item = &'static str> {
        self.methods.iter().map(|method| method.service)
    }

    /// Whether all methods of all services are known and have a handler.
    pub(super) fn check_complete(&self) -> Result<(), RoutesError> {
        let services: BTreeSet<_> = self.methods.iter().map(|method| method.service).collect();
        let unknown = services.into_iter();
        let unknown = unknown.filter(|service| !self.declared.contains_key(service));
        let unknown: Vec<String> = unknown.map(str::to_owned).collect();
        let missing = self.unhandled();
        let missing: Vec<String> = missing
            .map(|(service, method)| format!("{service}/{method}"))
            .collect();
        if missing.is_empty() && unknown.is_empty() {
            return Ok(());
        }
        Err(RoutesError::Incomplete { missing, unknown })
    }

    /// The methods by path, if every one can be served.
    pub(super) fn finish(
        self,
        counters: &mut ServerCounters,
    ) -> Result<HashMap<String, Registered>, RoutesError> {
        for service in self.declared.keys() {
            let missing = self.unhandled().filter(|(of, _)| of == service);
            let missing: Vec<&str> = missing.map(|(_, method)| method).collect();
            if !missing.is_empty() {
                let missing = missing.join(", ");
                tracing::warn!(
                    "{service} has no handler for {missing}: calls of them are answered UNIMPLEMENTED"
                );
            }
        }
        let mut methods: HashMap<String, Registered> = HashMap::new();
        for mut method in self.methods {
            let name = format!("{}/{}", method.service, method.info.name);
            match methods.entry(format!("/{name}")) {
                Entry::Vacant(slot) => {
                    #[cfg(all(feature = "python", not(spikard_extension)))]
                    if method.by_name {
                        check_callable(slot.key(), &method.info)?;
                    }
                    method.counters = Some(counters.method(name));
                    slot.insert(method);
                }
                Entry::Occupied(slot) => {
                    return Err(RoutesError::DuplicateMethod {
                        path: slot.key().clone(),
                        first: slot.get().info.handler.clone(),
                        second: method.info.handler.clone(),
                    });
                }
            }
        }
        Ok(methods)
    }
}

/// Finds a missing Python callable at start-up rather than at its first call.
#[cfg(all(feature = "python", not(spikard_extension)))]
fn check_callable(path: &str, info: &MethodInfo) -> Result<(), RoutesError> {
    let crate::Handler::Python(callable) = &info.handler else {
        return Ok(());
    };
    crate::python::resolve(callable).map_err(|source| RoutesError::Python {
        path: path.to_owned(),
        source,
    })
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods = self.methods.iter();
        f.debug_list()
            .entries(methods.map(|method| format!("{}/{}", method.service, method.info.name)))
            .finish()
    }
}
