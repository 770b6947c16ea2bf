//! Ends a serving process on time, on a Rust thread, whatever Python does.

use std::fs::File;
use std::io::Write;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;

use crate::python::lock::lock;

use super::methods::seconds;
use super::py_server::PyServer;
use super::running::Stop;
use super::signals::{self, Signals};

/// How long Python has after the grace period to end its tasks and itself. The promise is one second; the rest is
/// reserve.
const PYTHON_ENDS_WITHIN: Duration = Duration::from_millis(750);

/// The exit code if Python did not end in time.
const STUCK: i32 = 1;

/// Python has not finished yet.
const UNFINISHED: i32 = -1;

/// Begins the drain of a server on SIGTERM, on SIGINT and at the end of its supervisor, and ends the process in time.
#[pyclass(frozen, module = "spikard._spikard")]
pub(crate) struct Ending {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    signals: Mutex<Option<Signals>>,
}

struct Shared {
    grace: Duration,
    /// The exit code, once Python has finished.
    code: AtomicI32,
    begun: AtomicBool,
    closed: AtomicBool,
    /// Set once the server runs. Until then, a signal ends the process at once.
    stop: Mutex<Option<Stop>>,
}

#[pymethods]
impl Ending {
    /// Takes over the signals. `life` is a descriptor, owned from here on, that closes when the supervisor ends.
    #[new]
    #[pyo3(signature = (grace, life=None))]
    fn new(grace: f64, life: Option<i32>) -> PyResult<Self> {
        let life = life.map(owned);
        let failed = |error: std::io::Error| PyOSError::new_err(error.to_string());
        let (signals, reader) = Signals::take().map_err(failed)?;
        let shared = Arc::new(Shared::new(seconds(grace)?));
        let watched = shared.clone();
        let thread = thread::Builder::new()
            .name(String::from("spikard-ending"))
            .spawn(move || watched.watch(&reader, life.as_ref()))
            .map_err(failed)?;
        Ok(Self {
            shared,
            thread: Mutex::new(Some(thread)),
            signals: Mutex::new(Some(signals)),
        })
    }

    /// Sets the server to drain. If a signal has come before, the drain begins at once.
    fn watch(&self, server: &PyServer) {
        let mut stop = lock(&self.shared.stop);
        *stop = server.stopper();
        // Read after the store: a signal that comes now either finds the server or is found here.
        if self.shared.begun.load(Ordering::SeqCst)
            && let Some(stop) = &*stop
        {
            stop.within(self.shared.grace);
        }
    }

    /// Reports that Python has finished, and the exit code to use if the exit is held up.
    fn finished(&self, code: i32) {
        self.shared.code.store(code, Ordering::SeqCst);
    }

    /// Whether a signal has come.
    #[getter]
    fn begun(&self) -> bool {
        self.shared.begun.load(Ordering::SeqCst)
    }

    /// Restores the signals, and leaves the process running.
    fn close(&self, py: Python<'_>) {
        let thread = lock(&self.thread).take();
        let signals = lock(&self.signals).take();
        if signals.as_ref().is_some_and(Signals::is_forked) {
            // A forked child does not have the thread: there is nothing to wait for.
            std::mem::forget(thread);
            return;
        }
        self.shared.closed.store(true, Ordering::SeqCst);
        py.detach(|| {
            if let Some(signals) = &signals {
                signals.wake();
            }
            if let Some(thread) = thread {
                // The panic hook has reported a panic of that thread.
                let _ = thread.join();
            }
            drop(signals);
        });
    }
}

impl Shared {
    fn new(grace: Duration) -> Self {
        Self {
            grace,
            code: AtomicI32::new(UNFINISHED),
            begun: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            stop: Mutex::new(None),
        }
    }

    fn watch(&self, reader: &File, life: Option<&OwnedFd>) {
        let mut deadline = None;
        let mut signals = Some(reader);
        let mut life = life;
        // Without any of these, nothing can happen any more.
        while signals.is_some() || life.is_some() || deadline.is_some() {
            let [signalled, orphaned] = wait(
                [
                    signals.map(AsRawFd::as_raw_fd),
                    life.map(AsRawFd::as_raw_fd),
                ],
                deadline,
            );
            if self.closed.load(Ordering::SeqCst) {
                return;
            }
            if signalled {
                // A closed pipe stays readable and would be polled in a busy loop.
                let numbers = signals::read(reader).unwrap_or_else(|| {
                    signals = None;
                    Vec::new()
                });
                for number in numbers.into_iter().filter(|number| *number > 0) {
                    if deadline.is_some() {
                        exit(128 + i32::from(number));
                    }
                    deadline = Some(self.begin());
                }
            }
            if orphaned {
                life = None;
                deadline = deadline.or_else(|| Some(self.begin()));
            }
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                self.end();
            }
        }
    }

    /// Begins the drain. Returns when the process must have ended.
    fn begin(&self) -> Instant {
        self.begun.store(true, Ordering::SeqCst);
        if let Some(stop) = &*lock(&self.stop) {
            stop.within(self.grace);
        }
        let whole = self.grace.saturating_add(PYTHON_ENDS_WITHIN);
        let now = Instant::now();
        // A deadline too far off to represent is no deadline.
        now.checked_add(whole)
            .unwrap_or_else(|| now + Duration::from_secs(u32::MAX.into()))
    }

    fn end(&self) -> ! {
        let code = self.code.load(Ordering::SeqCst);
        if code != UNFINISHED {
            exit(code);
        }
        // There is nobody to report a failed write to.
        let _ = writeln!(
            std::io::stderr(),
            "spikard: the grace period of {:?} is over and Python does not end: something blocks its event \
             loop or its main thread; ending the process",
            self.grace
        );
        exit(STUCK)
    }
}

/// Waits until one of the descriptors is readable or closed, or until the deadline.
fn wait(fds: [Option<i32>; 2], deadline: Option<Instant>) -> [bool; 2] {
    let mut polled = fds.map(|fd| libc::pollfd {
        // poll ignores negative descriptors.
        fd: fd.unwrap_or(-1),
        events: libc::POLLIN,
        revents: 0,
    });
    let timeout = match deadline {
        None => -1,
        Some(deadline) => {
            let left = deadline.saturating_duration_since(Instant::now());
            i32::try_from(left.as_millis().saturating_add(1)).unwrap_or(i32::MAX)
        }
    };
    // SAFETY: the pointer and the number are those of a local array.
    let ready = unsafe { libc::poll(polled.as_mut_ptr(), 2, timeout) };
    // An error is an interruption; the caller polls again.
    polled.map(|fd| ready > 0 && fd.revents != 0)
}

/// Ends the process without running exit hooks, any of which may be what holds it up.
fn exit(code: i32) -> ! {
    // SAFETY: it takes no pointers and does not return.
    unsafe { libc::_exit(code) }
}

/// A descriptor that Python has handed over.
fn owned(fd: i32) -> OwnedFd {
    // SAFETY: Python has detached it from its object, so it is open and ours.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_pipe_without_a_writer_is_left_out() {
        let shared = Arc::new(Shared::new(Duration::from_secs(60)));
        let (reader, writer) = std::io::pipe().unwrap();
        let reader = File::from(OwnedFd::from(reader));
        drop(writer);
        let (sender, ended) = channel();
        thread::spawn(move || {
            shared.watch(&reader, None);
            sender.send(()).unwrap();
        });
        let ended = ended.recv_timeout(Duration::from_secs(30));
        ended.expect("there is nothing left to wait for");
    }
}
