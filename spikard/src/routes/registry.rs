//! The methods of all services, by path.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::Arc;

use crate::dispatch::{ResponseFuture, ServerCall};
use crate::{GrpcService, Limits, MethodInfo};

use super::error::RoutesError;
use super::table::{Route, RouteTable};

/// Answers the calls of one method.
pub(super) type Answer = Arc<dyn Fn(ServerCall) -> ResponseFuture + Send + Sync>;

/// The methods that were added, in that order.
#[derive(Default)]
pub(super) struct Registry {
    methods: Vec<Registered>,
}

struct Registered {
    service: &'static str,
    info: MethodInfo,
    answer: Answer,
}

impl Registry {
    pub(super) fn add<S: GrpcService>(&mut self, service: S) {
        let service = Arc::new(service);
        for (index, info) in S::METHODS.iter().enumerate() {
            let service = service.clone();
            self.methods.push(Registered {
                service: S::NAME,
                info: info.clone(),
                answer: Arc::new(move |call| service.clone().call(index, call)),
            });
        }
    }

    pub(super) fn table(&self, limits: &Limits) -> RouteTable {
        let routes = self.methods.iter().map(|method| Route {
            service: method.service.into(),
            limits: limits.overridden_by(&method.info.options),
            info: method.info.clone(),
        });
        RouteTable::new(routes.collect())
    }

    #[cfg(feature = "router")]
    pub(super) fn service_names(&self) -> std::collections::BTreeSet<&'static str> {
        self.methods.iter().map(|method| method.service).collect()
    }

    /// The answer to each path, if every method can be served.
    pub(super) fn finish(self) -> Result<HashMap<String, Answer>, RoutesError> {
        let mut seen = HashMap::new();
        for Registered {
            service,
            info,
            answer,
        } in self.methods
        {
            match seen.entry(format!("/{service}/{}", info.name)) {
                Entry::Vacant(slot) => {
                    slot.insert((info.handler, answer));
                }
                Entry::Occupied(slot) => {
                    let (path, (first, _)) = slot.remove_entry();
                    return Err(RoutesError::DuplicateMethod {
                        path,
                        first,
                        second: info.handler,
                    });
                }
            }
        }
        let answers = seen.into_iter().map(|(path, (_, answer))| (path, answer));
        Ok(answers.collect())
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods = self.methods.iter();
        f.debug_list()
            .entries(methods.map(|method| format!("{}/{}", method.service, method.info.name)))
            .finish()
    }
}
