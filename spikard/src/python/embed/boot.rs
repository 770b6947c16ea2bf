//! From an initialised interpreter to the Python runtime that serves calls.

use std::ffi::CString;
use std::path::Path;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::python::bridge::{self, Bridge, PyBridge};
use crate::python::{PythonError, PythonErrorKind};

use super::package::SOURCES;
use super::settings::Settings;
use super::venv::VirtualEnv;

/// Prepares `sys` and the package `spikard`. Returns the runtime, which serves in its method `run`.
pub(super) fn runtime(
    py: Python<'_>,
    settings: &Settings,
    environment: &Option<VirtualEnv>,
    bridge: &Arc<Bridge>,
) -> PyResult<Py<PyAny>> {
    leave_signals_alone(py)?;
    if let Some(environment) = environment {
        use_packages(py, environment)?;
    }
    add_paths(py, settings)?;
    install_package(py)?;
    let bridge = Bound::new(py, PyBridge(bridge.clone()))?;
    let module = py.import("spikard._runtime.embedded")?;
    let Settings {
        lifespan,
        middleware,
        exceptions,
        ..
    } = settings;
    let around = (bridge, lifespan, middleware, exceptions);
    Ok(module.call_method1("Embedded", around)?.unbind())
}

/// Prepares what is around the handlers, and enters the lifespan.
pub(super) fn enter(py: Python<'_>, runtime: &Py<PyAny>) -> Result<(), PythonError> {
    let wrong = runtime
        .call_method0(py, "enter")
        .and_then(|wrong| wrong.extract::<Option<String>>(py))
        .map_err(|error| failed(py, &error))?;
    match wrong {
        Some(text) => Err(PythonError::new(PythonErrorKind::Start, text)),
        None => Ok(()),
    }
}

/// Resets SIGINT: whatever the configuration says, Python takes it when the module `signal` is first imported, unless
/// the program has.
fn leave_signals_alone(py: Python<'_>) -> PyResult<()> {
    let signal = py.import("_signal")?;
    let interrupt = signal.getattr("SIGINT")?;
    let handler = signal.call_method1("getsignal", (&interrupt,))?;
    if handler.is(signal.getattr("default_int_handler")?) {
        signal.call_method1("signal", (interrupt, signal.getattr("SIG_DFL")?))?;
    }
    Ok(())
}

/// Python does this itself when it starts, but on some versions not for an environment of another build.
fn use_packages(py: Python<'_>, environment: &VirtualEnv) -> PyResult<()> {
    let sys = py.import("sys")?;
    let prefix = sys.getattr("prefix")?.extract::<std::path::PathBuf>()?;
    if prefix != environment.root {
        sys.setattr("prefix", text(&environment.root))?;
        sys.setattr("exec_prefix", text(&environment.root))?;
        py.import("site")?
            .call_method1("addsitedir", (text(&environment.packages()),))?;
    }
    Ok(())
}

/// Puts the configured folders, then the working directory, in front of `sys.path`.
fn add_paths(py: Python<'_>, settings: &Settings) -> PyResult<()> {
    let path = py.import("sys")?.getattr("path")?.cast_into::<PyList>()?;
    let configured = settings.paths.iter();
    let folders = configured.filter_map(|folder| std::path::absolute(folder).ok());
    for (index, folder) in folders.chain(std::env::current_dir()).enumerate() {
        path.insert(index, text(&folder))?;
    }
    Ok(())
}

/// Imports of the package are served from this program, and its native module from memory.
fn install_package(py: Python<'_>) -> PyResult<()> {
    let program = std::env::current_exe().unwrap_or_else(|_| "/spikard".into());
    let native = PyModule::new(py, "spikard._spikard")?;
    bridge::register(&native)?;
    let sources = PyDict::new(py);
    for (path, source) in SOURCES {
        sources.set_item(path, source)?;
    }
    let code = CString::new(include_str!("finder.py"))?;
    let file = CString::new(text(&program.join("spikard_finder.py")))?;
    PyModule::from_code(py, &code, &file, c"_spikard_finder")?
        .call_method1("install", (text(&program), sources, native))?;
    Ok(())
}

/// A path as Python's text. One that is not UTF-8 is not found.
fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// An error outside of handlers, with its traceback.
pub(super) fn failed(py: Python<'_>, error: &PyErr) -> PythonError {
    let traceback = error
        .traceback(py)
        .and_then(|traceback| traceback.format().ok());
    let text = format!(
        "the Python runtime could not be started: {error}\n{}",
        traceback.unwrap_or_default()
    );
    PythonError::new(PythonErrorKind::Start, text.trim_end())
}
