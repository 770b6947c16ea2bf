//! The Python object of a call inside the process whose messages go one by one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::Status;
use crate::python::bridge::{Bridge, Notice};
use crate::python::convert::{Copied, frame_request};
use crate::python::lock::lock;

use super::carried::Answered;
use super::dialogue::{Ends, Event};
use super::py_answered::{PyAnswered, received};

/// A call whose messages go one by one. Python sends one at a time, and waits for one event at a time.
#[pyclass(frozen, name = "Dialogue", module = "spikard._spikard")]
pub(crate) struct PyDialogue {
    runtime: Handle,
    bridge: Arc<Bridge>,
    requests: Mutex<Option<mpsc::Sender<Bytes>>>,
    half_closed: Arc<AtomicBool>,
    /// Whether the last message came after the end of the call.
    refused: Arc<AtomicBool>,
    events: Arc<tokio::sync::Mutex<mpsc::Receiver<Event>>>,
    event: Arc<Mutex<Option<Event>>>,
    cancelled: Arc<AtomicBool>,
    call: AbortHandle,
}

/// Notifies Python when dropped, so that it does not wait for what was aborted.
struct Told {
    bridge: Arc<Bridge>,
    token: u64,
}

impl Drop for Told {
    fn drop(&mut self) {
        self.bridge.notify(Notice::Done(self.token));
    }
}

impl PyDialogue {
    pub(super) fn new(ends: Ends, runtime: Handle, call: AbortHandle, bridge: Arc<Bridge>) -> Self {
        Self {
            runtime,
            bridge,
            requests: Mutex::new(Some(ends.requests)),
            half_closed: ends.half_closed,
            refused: Arc::default(),
            events: Arc::new(tokio::sync::Mutex::new(ends.events)),
            event: Arc::default(),
            cancelled: Arc::default(),
            call,
        }
    }

    fn told(&self, token: u64) -> Told {
        Told {
            bridge: self.bridge.clone(),
            token,
        }
    }
}

#[pymethods]
impl PyDialogue {
    fn send(&self, message: Bound<'_, PyBytes>, token: u64) -> PyResult<()> {
        let framed = frame_request(vec![message])?;
        let told = self.told(token);
        let refused = self.refused.clone();
        let requests = lock(&self.requests).clone();
        self.runtime.spawn(async move {
            let sent = match requests {
                Some(requests) => requests.send(framed).await.is_ok(),
                None => false,
            };
            refused.store(!sent, Ordering::Release);
            drop(told);
        });
        Ok(())
    }

    #[getter]
    fn refused(&self) -> bool {
        self.refused.load(Ordering::Acquire)
    }

    fn half_close(&self) {
        self.half_closed.store(true, Ordering::Release);
        drop(lock(&self.requests).take());
    }

    fn receive(&self, token: u64) {
        let told = self.told(token);
        let (events, event) = (self.events.clone(), self.event.clone());
        let cancelled = self.cancelled.clone();
        self.runtime.spawn(async move {
            let received = events.lock().await.recv().await;
            let received = received.unwrap_or_else(|| {
                let status = if cancelled.load(Ordering::Acquire) {
                    Status::cancelled("the client has cancelled the call")
                } else {
                    Status::internal("the call ended without an answer")
                };
                Event::Ended(Box::new(Answered::failed(status, http::HeaderMap::new())))
            });
            *lock(&event) = Some(received);
            drop(told);
        });
    }

    fn event<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let event = lock(&self.event).take();
        event
            .map(|event| match event {
                Event::Begun(metadata) => received(py, metadata),
                Event::Message(message) => Ok(Copied(message).into_pyobject(py)?.into_any()),
                Event::Ended(answered) => {
                    Ok(Bound::new(py, PyAnswered::shown(py, *answered)?)?.into_any())
                }
            })
            .transpose()
    }

    fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        self.call.abort();
    }
}

impl Drop for PyDialogue {
    fn drop(&mut self) {
        // Before the sender is dropped.
        self.call.abort();
    }
}
