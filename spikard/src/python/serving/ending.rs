//! Ends a serving process on time, from its first moment on, on a Rust thread, whatever Python does.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;

use crate::python::lock::lock;

use super::descriptor::owned;
use super::methods::seconds;
use super::orders::Order;
use super::py_server::PyServer;
use super::signals::{self, Signals};
use super::stop::Stop;

/// How long Python has after the grace period to end its tasks and itself. The promise is one second; the rest is
/// reserve.
const PYTHON_ENDS_WITHIN: Duration = Duration::from_millis(750);

/// The exit code if Python did not end in time.
const STUCK: i32 = 1;

/// Python has not finished yet.
const UNFINISHED: i32 = -1;

/// Begins the drain of a server on a signal, by order of its supervisor and at its end, and ends the process in time.
/// Before there is a server, a signal ends the process at once.
#[pyclass(frozen, module = "spikard._spikard")]
pub(crate) struct Ending {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    signals: Mutex<Option<Signals>>,
}

struct Shared {
    grace: Duration,
    drain_delay: Duration,
    /// The exit code, once Python has finished.
    code: AtomicI32,
    begun: AtomicBool,
    closed: AtomicBool,
    /// Set once the server runs.
    stop: Mutex<Option<Stop>>,
}

/// When the process must have ended; the earlier is the less.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Deadline {
    at: Instant,
    /// The grace period that is over then.
    grace: Duration,
}

#[pymethods]
impl Ending {
    /// Takes over the signals. `life` is a descriptor, owned from here on, that closes when the supervisor ends; before, it
    /// may say how long a drain may take, in seconds and with an LF, which begins it.
    #[new]
    #[pyo3(signature = (grace, drain_delay, life=None))]
    fn new(grace: f64, drain_delay: f64, life: Option<i32>) -> PyResult<Self> {
        let life = life.map(|fd| File::from(owned(fd)));
        let failed = |error: std::io::Error| PyOSError::new_err(error.to_string());
        let (signals, reader) = Signals::take().map_err(failed)?;
        let shared = Arc::new(Shared::new(seconds(grace)?, seconds(drain_delay)?));
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

    /// Takes the signals from handlers that were installed since, as by a module that was imported.
    fn take_again(&self) -> PyResult<()> {
        match &*lock(&self.signals) {
            Some(signals) => signals
                .take_again()
                .map_err(|error| PyOSError::new_err(error.to_string())),
            None => Ok(()),
        }
    }

    /// Sets the server to drain.
    fn watch(&self, server: &PyServer) {
        *lock(&self.shared.stop) = server.stopper();
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
    fn new(grace: Duration, drain_delay: Duration) -> Self {
        Self {
            grace,
            drain_delay,
            code: AtomicI32::new(UNFINISHED),
            begun: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            stop: Mutex::new(None),
        }
    }

    fn watch(&self, reader: &File, life: Option<&File>) {
        let is_worker = life.is_some();
        let mut deadline: Option<Deadline> = None;
        let mut signals = Some(reader);
        let mut life = life;
        // Without any of these, nothing can happen any more.
        while signals.is_some() || life.is_some() || deadline.is_some() {
            let [signalled, told] = wait(
                [
                    signals.map(AsRawFd::as_raw_fd),
                    life.map(AsRawFd::as_raw_fd),
                ],
                deadline.map(|deadline| deadline.at),
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
                        // A hangup ends nothing at once: some send it beside SIGTERM. A worker may have a signal that went
                        // to the whole group, and its supervisor's beside: the supervisor kills it if it is to end at once.
                        if i32::from(number) == libc::SIGHUP || life.is_some() {
                            continue;
                        }
                        exit(128 + i32::from(number));
                    }
                    deadline = Some(self.begin(self.grace).unwrap_or_else(|| {
                        end_early(number.into(), is_worker);
                    }));
                }
            }
            if let Some(line) = life
                && told
            {
                let order = Order::read(line);
                if order == Order::Orphaned {
                    life = None;
                }
                if let Some(grace) = order.grace(self.grace) {
                    let end = self.begin(grace).unwrap_or_else(|| exit(0));
                    deadline = deadline.map_or(Some(end), |before| Some(end.min(before)));
                }
            }
            if let Some(Deadline { at, grace }) = deadline
                && at <= Instant::now()
            {
                self.end(grace);
            }
        }
    }

    /// Begins the drain, or shortens it. `None` if there is no server yet.
    fn begin(&self, grace: Duration) -> Option<Deadline> {
        lock(&self.stop).as_ref()?.within(grace);
        self.begun.store(true, Ordering::SeqCst);
        let drain = self.drain_delay.saturating_add(grace);
        let whole = drain.saturating_add(PYTHON_ENDS_WITHIN);
        let now = Instant::now();
        // A deadline too far off to represent is no deadline.
        let at = now.checked_add(whole);
        Some(Deadline {
            at: at.unwrap_or_else(|| now + Duration::from_secs(u32::MAX.into())),
            grace,
        })
    }

    fn end(&self, grace: Duration) -> ! {
        let code = self.code.load(Ordering::SeqCst);
        if code != UNFINISHED {
            exit(code);
        }
        // There is nobody to report a failed write to.
        let _ = writeln!(
            std::io::stderr(),
            "spikard: the grace period of {grace:?} is over and Python does not end: something blocks its event \
             loop or its main thread; ending the process"
        );
        exit(STUCK)
    }
}

/// Ends a process that does not serve yet, which has nothing to drain.
fn end_early(number: i32, is_worker: bool) -> ! {
    if !is_worker {
        let name = match number {
            libc::SIGINT => "SIGINT",
            libc::SIGHUP => "SIGHUP",
            _ => "SIGTERM",
        };
        // There is nobody to report a failed write to.
        let _ = writeln!(
            std::io::stderr(),
            "spikard: ended by {name} before it served"
        );
    }
    signals::end_by(number)
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_pipe_without_a_writer_is_left_out() {
        let shared = Arc::new(Shared::new(Duration::from_secs(60), Duration::ZERO));
        let (reader, writer) = std::io::pipe().unwrap();
        let reader = File::from(std::os::fd::OwnedFd::from(reader));
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
