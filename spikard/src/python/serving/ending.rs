//! The end of a serving process: a thread of Rust that keeps its time, whatever Python does.

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

/// What Python has after the grace period, to end its tasks and itself; the process is gone within a
/// second of the grace period, with some time to spare.
const PYTHON_ENDS_WITHIN: Duration = Duration::from_millis(750);

/// The exit code of a process that had to be ended.
const STUCK: i32 = 1;

/// Not finished yet.
const UNFINISHED: i32 = -1;

/// Ends a server on SIGTERM, on Ctrl-C and when its supervisor is gone, and the process in time.
#[pyclass(frozen, module = "spikard._spikard")]
pub(crate) struct Ending {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    signals: Mutex<Option<Signals>>,
}

struct Shared {
    grace: Duration,
    /// What the process is to answer; set once Python has ended what it had to.
    code: AtomicI32,
    begun: AtomicBool,
    closed: AtomicBool,
    /// The server, once it runs: until then a signal ends the process at once.
    stop: Mutex<Option<Stop>>,
}

#[pymethods]
impl Ending {
    /// Takes the signals over. `life` is a descriptor that ends with the supervisor, given away.
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

    /// The server that is to drain. One that runs only after the signal has come drains at once.
    fn watch(&self, server: &PyServer) {
        let mut stop = lock(&self.shared.stop);
        *stop = server.stopper();
        // Asked after it is set: a signal that comes now either finds it or is found here.
        if self.shared.begun.load(Ordering::SeqCst)
            && let Some(stop) = &*stop
        {
            stop.within(self.shared.grace);
        }
    }

    /// Says that everything has ended well, and what the process is to answer if its end is held up.
    fn finished(&self, code: i32) {
        self.shared.code.store(code, Ordering::SeqCst);
    }

    /// Whether the end has begun.
    #[getter]
    fn begun(&self) -> bool {
        self.shared.begun.load(Ordering::SeqCst)
    }

    /// Gives the signals back, and lets the process be.
    fn close(&self, py: Python<'_>) {
        let thread = lock(&self.thread).take();
        let signals = lock(&self.signals).take();
        if signals.as_ref().is_some_and(Signals::is_forked) {
            // A forked child has the memory of that thread, but not the thread: nothing to wait for.
            std::mem::forget(thread);
            return;
        }
        self.shared.closed.store(true, Ordering::SeqCst);
        py.detach(|| {
            if let Some(signals) = &signals {
                signals.wake();
            }
            if let Some(thread) = thread {
                // A panic of that thread has been reported by its hook.
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
        // Without any of them there is nothing left that could come.
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
                // The end of the pipe stays readable, and would be found again and again.
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

    /// Begins the drain; answers when the process must be gone.
    fn begin(&self) -> Instant {
        self.begun.store(true, Ordering::SeqCst);
        if let Some(stop) = &*lock(&self.stop) {
            stop.within(self.grace);
        }
        let whole = self.grace.saturating_add(PYTHON_ENDS_WITHIN);
        let now = Instant::now();
        // Farther than the clock goes is never.
        now.checked_add(whole)
            .unwrap_or_else(|| now + Duration::from_secs(u32::MAX.into()))
    }

    fn end(&self) -> ! {
        let code = self.code.load(Ordering::SeqCst);
        if code != UNFINISHED {
            exit(code);
        }
        // Nobody is left to whom a failure to write could be told.
        let _ = writeln!(
            std::io::stderr(),
            "spikard: the grace period of {:?} is over and Python does not end: something holds its event \
             loop or its main thread; ending the process",
            self.grace
        );
        exit(STUCK)
    }
}

/// Waits until one of the descriptors has something, or until the deadline.
fn wait(fds: [Option<i32>; 2], deadline: Option<Instant>) -> [bool; 2] {
    let mut polled = fds.map(|fd| libc::pollfd {
        // poll leaves out what is negative.
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
    // An error is an interruption; the caller waits again.
    polled.map(|fd| ready > 0 && fd.revents != 0)
}

/// Ends the process, past every hook: each of them may be what holds it.
fn exit(code: i32) -> ! {
    // SAFETY: it takes no pointers and does not return.
    unsafe { libc::_exit(code) }
}

/// A descriptor that Python has given away.
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
