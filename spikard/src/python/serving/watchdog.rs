//! Notices an event loop that is held.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;

use crate::python::bridge::Bridge;
use crate::python::lock::lock;

/// How often a loop with calls in progress is asked whether it still turns.
const PING: Duration = Duration::from_millis(25);

/// Asks the loop through the queue of its calls; a thread of Python waits for the answer here.
#[pyclass(frozen, module = "spikard._spikard")]
pub(crate) struct Watchdog {
    held: Mutex<Receiver<f64>>,
    /// Taken out to end the watch.
    open: Mutex<Option<Sender<()>>>,
}

impl Watchdog {
    pub(super) fn start(bridge: &Arc<Bridge>, limit: Duration) -> std::io::Result<Self> {
        let (sender, held) = sync_channel(1);
        let (open, closed) = channel();
        let watch = Watch {
            bridge: Arc::downgrade(bridge),
            limit,
            sender,
            closed,
        };
        thread::Builder::new()
            .name(String::from("spikard-watchdog"))
            .spawn(move || watch.run())?;
        Ok(Self {
            held: Mutex::new(held),
            open: Mutex::new(Some(open)),
        })
    }
}

#[pymethods]
impl Watchdog {
    /// Waits until the loop has been held for longer than it may, and answers for how long, in seconds;
    /// `None` when the server has ended. Once for each time that it is held.
    fn wait(&self, py: Python<'_>) -> Option<f64> {
        py.detach(|| lock(&self.held).recv().ok())
    }

    /// Ends the wait.
    fn close(&self) {
        drop(lock(&self.open).take());
    }
}

struct Watch {
    bridge: Weak<Bridge>,
    limit: Duration,
    sender: SyncSender<f64>,
    closed: Receiver<()>,
}

impl Watch {
    fn run(self) {
        let mut told = false;
        while self.closed.recv_timeout(PING) == Err(RecvTimeoutError::Timeout) {
            let Some(bridge) = self.bridge.upgrade() else {
                return;
            };
            let waiting = bridge.ping().unwrap_or_default();
            drop(bridge);
            if waiting < self.limit {
                told = false;
            } else if !told {
                told = true;
                // Full means that the last time has not been looked at yet.
                let _ = self.sender.try_send(waiting.as_secs_f64());
            }
        }
    }
}
