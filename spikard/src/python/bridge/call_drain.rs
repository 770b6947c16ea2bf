//! Whether the connection of a call drains, as Python learns it.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Wake, Waker};

use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::call::Connection;
use crate::python::lock::lock;

use super::shared::Bridge;

type Draining = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The drain of one call. It holds the connection and not the call: a handler may keep it for longer than the messages.
#[pyclass(frozen, module = "spikard._spikard")]
pub(crate) struct CallDrain {
    connection: Arc<Connection>,
    /// The call's.
    id: u64,
    /// Kept for its place among those that the connection wakes.
    awaited: Mutex<Option<Draining>>,
}

#[pymethods]
impl CallDrain {
    #[getter]
    fn id(&self) -> u64 {
        self.id
    }

    fn is_begun(&self) -> bool {
        self.connection.is_draining()
    }

    /// Of a request that crosses into another process, the drain stays behind.
    fn __reduce__(&self, py: Python<'_>) -> (Py<PyType>, ()) {
        let nothing = py.None().bind(py).get_type();
        (nothing.unbind(), ())
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }
}

impl CallDrain {
    pub(super) fn new(connection: Arc<Connection>, id: u64) -> Self {
        Self {
            connection,
            id,
            awaited: Mutex::new(None),
        }
    }

    /// Has `bridge` name the call among its wakes when the connection drains. Returns whether it does already.
    pub(super) fn notify(&self, bridge: &Arc<Bridge>) -> bool {
        let waker = Waker::from(Arc::new(WakesPython {
            bridge: Arc::downgrade(bridge),
            id: self.id,
        }));
        let mut draining: Draining = Box::pin(self.connection.draining());
        // It is woken in tokio's threads, and asked in none of them.
        let begun = draining
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_ready();
        *lock(&self.awaited) = (!begun).then_some(draining);
        begun
    }
}

/// Wakes the event loop for a call, without attaching to Python.
struct WakesPython {
    bridge: Weak<Bridge>,
    id: u64,
}

impl Wake for WakesPython {
    fn wake(self: Arc<Self>) {
        if let Some(bridge) = self.bridge.upgrade() {
            bridge.wake_call(self.id);
        }
    }
}
