//! How a request arrived: on which connection, when, and whether the end of its body can be trusted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use http::Extensions;

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
}

/// Whether a request has come through the layers, as one of its extensions; there is none where there are no layers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reached(Arc<AtomicBool>);

impl Reached {
    /// The request has come through the layers, if there are any: from here on its call is watched.
    pub(crate) fn set(extensions: &Extensions) {
        if let Some(Self(reached)) = extensions.get() {
            // The flag guards nothing but itself.
            reached.store(true, Ordering::Relaxed);
        }
    }

    #[cfg(feature = "server")]
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
