//! `Bridge::handler`: finds a handler by name, on tokio's side.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::python::PythonError;

use super::handler::Found;
use super::lookup::{LookupRequest, Reply};
use super::shared::Bridge;

impl Bridge {
    /// The handler of a name; Python looks it up the first time. A failure is cached too: a call does not import a
    /// broken module again.
    pub(crate) async fn handler(self: &Arc<Self>, name: &str) -> Result<Found, PythonError> {
        if let Some(known) = self.handlers.get(name) {
            return known;
        }
        let (sender, receiver) = oneshot::channel();
        self.look_up(name, move |found| {
            let _ = sender.send(found);
        })?;
        receiver.await.unwrap_or_else(|_| Err(self.stopped()))
    }

    /// The handler of a name that was looked up already.
    #[cfg(not(spikard_extension))]
    pub(crate) fn known(&self, name: &str) -> Option<Found> {
        self.handlers.get(name)?.ok()
    }

    /// The same for a thread that may block. It repeats a lookup that failed.
    pub(crate) fn handler_blocking(self: &Arc<Self>, name: &str) -> Result<Found, PythonError> {
        if let Some(Ok(known)) = self.handlers.get(name) {
            return Ok(known);
        }
        let (sender, receiver) = std::sync::mpsc::channel();
        self.look_up(name, move |found| {
            let _ = sender.send(found);
        })?;
        receiver.recv().unwrap_or_else(|_| Err(self.stopped()))
    }

    fn look_up(
        self: &Arc<Self>,
        name: &str,
        reply: impl FnOnce(Result<Found, PythonError>) + Send + 'static,
    ) -> Result<(), PythonError> {
        let name: Arc<str> = Arc::from(name);
        let bridge = Arc::downgrade(self);
        let known_as = name.clone();
        let reply: Reply = Box::new(move |found| {
            if let Some(bridge) = bridge.upgrade() {
                bridge.handlers.set(known_as, found.clone());
            }
            reply(found);
        });
        self.push_lookup(LookupRequest::new(name, reply))
    }
}
