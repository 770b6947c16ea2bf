//! Detects a blocked event loop.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;

use crate::python::bridge::Bridge;
use crate::python::lock::lock;

/// How often a loop with calls in flight is pinged.
const PING: Duration = Duration::from_millis(25);

/// A loop that was blocked for so long is reported again when it answers.
const LONG: Duration = Duration::from_secs(1);

/// For how many seconds the loop has been blocked, and whether it answers again.
type Held = (f64, bool);

/// Pings the loop through its queue. A Python thread waits here for the loop to be blocked.
#[pyclass(frozen, module = "spikard._spikard")]
pub(crate) struct Watchdog {
    held: Mutex<Receiver<Held>>,
    /// Dropped to end the watch.
    open: Mutex<Option<Sender<()>>>,
}

impl Watchdog {
    pub(super) fn start(bridge: &Arc<Bridge>, limit: Duration) -> std::io::Result<Self> {
        let (sender, held) = sync_channel(2);
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
    /// Waits until the loop has been blocked for longer than the limit, and returns for how many seconds; `None` when
    /// the server has ended. A blocked loop is reported once, and once more when it answers again after long.
    fn wait(&self, py: Python<'_>) -> Option<Held> {
        py.detach(|| lock(&self.held).recv().ok())
    }

    /// Ends the watch.
    fn close(&self) {
        drop(lock(&self.open).take());
    }
}

struct Watch {
    bridge: Weak<Bridge>,
    limit: Duration,
    sender: SyncSender<Held>,
    closed: Receiver<()>,
}

impl Watch {
    fn run(self) {
        let mut told = None;
        while self.closed.recv_timeout(PING) == Err(RecvTimeoutError::Timeout) {
            let Some(bridge) = self.bridge.upgrade() else {
                return;
            };
            let waiting = bridge.ping().unwrap_or_default();
            drop(bridge);
            let report = match told {
                Some(longest) if waiting < self.limit => {
                    told = None;
                    (longest >= LONG).then_some((longest, true))
                }
                None if waiting < self.limit => None,
                Some(_) => {
                    told = Some(waiting);
                    None
                }
                None => {
                    told = Some(waiting);
                    Some((waiting, false))
                }
            };
            if let Some((held, over)) = report {
                // If the channel is full, the last reports have not been read yet.
                let _ = self.sender.try_send((held.as_secs_f64(), over));
            }
        }
    }
}
