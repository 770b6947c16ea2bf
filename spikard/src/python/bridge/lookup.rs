//! Lookups of handlers by name.

use std::sync::Arc;

use crate::python::PythonError;

use super::handler::Found;
use super::slot::Slot;

pub(super) type Reply = Box<dyn FnOnce(Result<Found, PythonError>) + Send>;

/// Waits in the queue until Python has found the handler. Dropped without a reply when Python stops.
pub(crate) struct LookupRequest {
    pub(crate) name: Arc<str>,
    reply: Slot<Reply>,
}

impl LookupRequest {
    pub(super) fn new(name: Arc<str>, reply: Reply) -> Self {
        let reply = Slot::new(reply);
        Self { name, reply }
    }

    pub(crate) fn answer(&self, found: Result<Found, PythonError>) {
        if let Some(reply) = self.reply.take() {
            reply(found);
        }
    }
}
