//! The one interpreter of the process: started once, and stopped at exit.

use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, OnceLock};

use crate::Status;
use crate::python::bridge::Bridge;
use crate::python::lock::lock;
use crate::python::{PythonError, PythonErrorKind};

use super::running::{FAILED, Running};
use super::settings::Settings;

static RUNNING: OnceLock<Running> = OnceLock::new();

/// The bridge to the interpreter, which is started where it was not yet. This does not wait: calls
/// queue up until the interpreter runs.
pub(crate) fn bridge() -> Result<&'static Arc<Bridge>, Status> {
    match lazily() {
        Ok(running) => Ok(running.bridge()),
        Err(error) => {
            tracing::error!(%error, "Python could not be started");
            Err(Status::unavailable(FAILED))
        }
    }
}

/// The bridge of the interpreter, if that was started.
#[cfg(not(spikard_extension))]
pub(crate) fn started() -> Option<&'static Arc<Bridge>> {
    RUNNING.get().map(Running::bridge)
}

/// The interpreter, started with the default settings where it was not yet.
pub(super) fn lazily() -> Result<&'static Running, PythonError> {
    match RUNNING.get() {
        Some(running) => Ok(running),
        None => start_or_get(Settings::default()).map(|(running, _)| running),
    }
}

/// Starts the interpreter with these settings, unless it already has others.
pub(super) fn start(settings: Settings) -> Result<&'static Running, PythonError> {
    let (running, fresh) = start_or_get(settings.clone())?;
    if fresh || *running.settings() == settings {
        return Ok(running);
    }
    Err(PythonError::new(
        PythonErrorKind::AlreadyStarted,
        "the Python interpreter has been started before, with other settings: start it with these before \
         a server is built or a Python callable is called",
    ))
}

fn start_or_get(settings: Settings) -> Result<(&'static Running, bool), PythonError> {
    static STARTING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = lock(&STARTING);
    if let Some(running) = RUNNING.get() {
        return Ok((running, false));
    }
    let running = Running::spawn(settings)?;
    // SAFETY: the function is `extern "C"`, does not unwind, and lives as long as the process. A failure to register
    // leaves the process without it, which is no worse than not to try.
    unsafe { libc::atexit(at_exit) };
    Ok((RUNNING.get_or_init(|| running), true))
}

/// Stops the interpreter and waits for it, within the bound.
pub(super) fn stop() -> bool {
    RUNNING.get().is_none_or(Running::stop)
}

extern "C" fn at_exit() {
    // A panic must not cross into C.
    let _ = catch_unwind(stop);
}
