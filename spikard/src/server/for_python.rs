//! What a server that Python starts is built with.

#[cfg(feature = "health")]
use tokio::sync::watch;

use crate::stats::Watch;

use super::builder::ServerBuilder;
#[cfg(feature = "health")]
use super::health::Python;

impl ServerBuilder {
    /// Tells `watcher` of calls.
    pub(crate) fn watched_by(mut self, watcher: impl Watch + 'static) -> Self {
        self.routes.watchers.add(watcher);
        self
    }

    /// Has health say NOT_SERVING while this is false.
    #[cfg(feature = "health")]
    pub(crate) fn able(mut self, able: watch::Receiver<bool>) -> Self {
        if let Some(health) = &mut self.health {
            health.python = Some(Python::Told(able));
        }
        self
    }
}
