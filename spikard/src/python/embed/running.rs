//! The thread of the interpreter.

use std::os::unix::thread::JoinHandleExt;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;

use crate::python::bridge::Bridge;
use crate::python::{PythonError, PythonErrorKind};

use super::life::{Life, Phase};
use super::settings::Settings;
use super::{boot, config};

/// Python expects a deep stack; on most systems its main thread has this much.
const STACK: usize = 16 << 20;

/// How long handlers may take to end when the interpreter stops.
const HANDLERS_END_WITHIN: Duration = Duration::from_secs(1);

/// How long the whole stop may take.
const STOPS_WITHIN: Duration = Duration::from_secs(2);

const STOPPED: &str = "the Python interpreter of this server has stopped";
pub(super) const FAILED: &str = "Python could not be started; the server's log says why";

/// A handle to the thread.
pub(super) struct Running {
    bridge: Arc<Bridge>,
    life: Arc<Life>,
    settings: Settings,
    thread: libc::pthread_t,
}

impl Running {
    pub(super) fn spawn(settings: Settings) -> Result<Self, PythonError> {
        let failed = |error: std::io::Error| {
            let text = format!("the thread of the Python interpreter could not be made: {error}");
            PythonError::new(PythonErrorKind::Start, text)
        };
        let bridge = Arc::new(Bridge::new(settings.limits).map_err(failed)?);
        let life = Arc::new(Life::default());
        let thread = Thread {
            bridge: bridge.clone(),
            life: life.clone(),
            settings: settings.clone(),
        };
        let thread = thread::Builder::new()
            .name(String::from("spikard-python"))
            .stack_size(STACK)
            .spawn(move || thread.live())
            .map_err(failed)?;
        Ok(Self {
            bridge,
            life,
            settings,
            thread: thread.as_pthread_t(),
        })
    }

    pub(super) fn bridge(&self) -> &Arc<Bridge> {
        &self.bridge
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn wait_until_ready(&self) -> Result<(), PythonError> {
        if self.is_own_thread() {
            return Err(PythonError::new(
                PythonErrorKind::Start,
                "the thread of the Python interpreter would wait for itself: call this from another thread",
            ));
        }
        match self.life.wait_until_started() {
            Phase::Failed(error) => Err(error),
            Phase::Ended { .. } => Err(PythonError::stopped()),
            Phase::Starting | Phase::Running => Ok(()),
        }
    }

    pub(super) fn stop(&self) -> bool {
        if self.bridge.is_forked() {
            // A forked child does not have the thread.
            return true;
        }
        self.bridge.close(STOPPED, PythonError::stopped());
        if self.is_own_thread() {
            return false;
        }
        self.life.wait_until_ended(STOPS_WITHIN)
    }

    /// Whether this is the interpreter's thread. Unlike `ThreadId`, it works while thread-locals are destroyed.
    fn is_own_thread(&self) -> bool {
        // SAFETY: both calls take no pointers and cannot fail.
        unsafe { libc::pthread_equal(libc::pthread_self(), self.thread) != 0 }
    }
}

/// What the thread owns.
struct Thread {
    bridge: Arc<Bridge>,
    life: Arc<Life>,
    settings: Settings,
}

impl Thread {
    /// Initialises the interpreter, runs it and finalises it.
    fn live(self) {
        if let Err(error) = self.start().and_then(|runtime| {
            self.life.enter(Phase::Running);
            self.run(runtime)
        }) {
            tracing::error!(%error, "Python could not be started");
            self.bridge.close(FAILED, error.clone());
            self.life.enter(Phase::Failed(error));
        }
    }

    fn start(&self) -> Result<Py<PyAny>, PythonError> {
        let environment = config::initialise(&self.settings)?;
        Python::attach(|py| {
            let runtime = boot::runtime(py, &self.settings, &environment, &self.bridge)
                .map_err(|error| boot::failed(py, &error))?;
            boot::enter(py, &runtime)?;
            Ok(runtime)
        })
    }

    fn run(&self, runtime: Py<PyAny>) -> Result<(), PythonError> {
        let ended = Python::attach(|py| {
            let ended = runtime.call_method1(py, "run", (HANDLERS_END_WITHIN.as_secs_f64(),));
            drop(runtime);
            ended
                .and_then(|ended| ended.extract::<bool>(py))
                .map_err(|error| boot::failed(py, &error))
        });
        // The runtime returns by itself only after a serious error.
        self.bridge.close(STOPPED, PythonError::stopped());
        let clean = *ended.as_ref().unwrap_or(&false);
        if clean {
            config::finalise();
        }
        self.life.enter(Phase::Ended { clean });
        if let Err(error) = ended {
            tracing::error!(%error, "the Python interpreter ended with an error");
        }
        Ok(())
    }
}
