//! How a request arrived: on which connection, when, and whether the end of its body can be trusted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::connection::Connection;

/// What the end of a request's body means, once it has come without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HalfClose {
    /// The client half-closed: a reset is an error of this body, whatever layers rewrap it.
    #[cfg_attr(
        not(feature = "server"),
        expect(dead_code, reason = "only spikard's own server can tell")
    )]
    Verified,
    /// The body itself has to be asked.
    Unverified,
}

/// What spikard's own server says of a request, as one of the request's extensions.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) connection: Arc<Connection>,
    /// When the request arrived: the deadline counts what layers take as well.
    pub(crate) at: Instant,
    pub(crate) half_close: HalfClose,
    /// Set when the request has come through the layers, whose watch this is; `None` where there are none.
    pub(crate) reached: Option<Arc<AtomicBool>>,
}

impl Arrival {
    /// The request has come through the layers: from here on its call is watched.
    pub(crate) fn reach(&self) {
        if let Some(reached) = &self.reached {
            // The flag guards nothing but itself.
            reached.store(true, Ordering::Relaxed);
        }
    }
}
