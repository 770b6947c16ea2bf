//! Methods whose handlers are in Python.

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch::Receiver;

use crate::Handler;
use crate::python;

use super::Routes;

impl Routes {
    /// Whether the handler of any method is a callable of the interpreter in this program.
    pub(crate) fn calls_python(&self) -> bool {
        let mut methods = self.registry.infos();
        methods.any(|info| matches!(info.handler, Handler::Python(_)))
    }
}

/// Whether handlers in Python can run, from now on, as long as the future is polled.
pub(crate) fn python_answers(
    unhealthy_after: Option<Duration>,
) -> Option<(Receiver<bool>, impl Future<Output = ()> + Send)> {
    python::answers(unhealthy_after)
}
