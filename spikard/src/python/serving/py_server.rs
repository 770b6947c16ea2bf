//! The Python object of a server.

use std::sync::{Arc, Mutex, MutexGuard};

use http::uri::PathAndQuery;
use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use tonic::metadata::MetadataMap;

use crate::python::bridge::{Bridge, PyBridge};
use crate::python::convert::{Copied, ReceivedMetadata, append_metadata, frame};
use crate::python::lock::{lock, unpoisoned};
use crate::python::{PythonError, PythonErrorKind};
use crate::{Routes, ServeError};

use super::descriptor::owned;
use super::in_process::{Answered, InProcess, Outgoing};
use super::log;
use super::methods::{Declared, seconds};
use super::running::{Running, Socket, runtime};
use super::settings::Settings;
use super::stop::Stop;
use super::watchdog::Watchdog;

const STOPPED: &str = "the server has stopped";

/// A server with Python handlers, behind `Server` of `spikard.grpc`.
#[pyclass(frozen, name = "Server", module = "spikard._spikard")]
pub(crate) struct PyServer {
    bridge: Arc<Bridge>,
    settings: Settings,
    table: String,
    pid: u32,
    phase: Mutex<Phase>,
}

enum Phase {
    Built(Routes),
    Serving(Running),
    InProcess(InProcess),
    Ended,
}

/// The response to a call inside the process.
#[pyclass(frozen, get_all, name = "Answered", module = "spikard._spikard")]
pub(crate) struct PyAnswered {
    code: i32,
    message: String,
    details: Py<PyBytes>,
    metadata: Py<PyAny>,
    trailers: Py<PyAny>,
    messages: Py<PyList>,
}

#[pymethods]
impl PyServer {
    /// The handler of each method has the same index in Python's list.
    #[new]
    fn new(methods: Vec<Declared>, settings: Settings) -> PyResult<Self> {
        let bridge = Bridge::new(settings.bridge())
            .map_err(|error| PyOSError::new_err(format!("the bridge to Python: {error}")))?;
        let bridge = Arc::new(bridge);
        let mut routes = settings.routes()?;
        for (index, method) in methods.into_iter().enumerate() {
            method.add(&mut routes, index, &bridge)?;
        }
        routes
            .check_complete()
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self {
            bridge,
            settings,
            table: routes.table().to_string(),
            pid: std::process::id(),
            phase: Mutex::new(Phase::Built(routes)),
        })
    }

    #[getter]
    fn bridge(&self) -> PyBridge {
        PyBridge(self.bridge.clone())
    }

    /// The table of methods, one per line.
    #[getter]
    fn table(&self) -> &str {
        &self.table
    }

    /// Serves on a listening socket, which Python hands over. The tokens `draining` and `ended` notify Python of the
    /// start of the drain and of its end.
    fn start(&self, fd: i32, unix: bool, draining: u64, ended: u64, level: u8) -> PyResult<()> {
        let socket = Socket::given(fd, unix);
        let mut phase = self.phase()?;
        let Phase::Built(routes) = std::mem::replace(&mut *phase, Phase::Ended) else {
            return Err(PyRuntimeError::new_err(
                "the server has been started before",
            ));
        };
        log::to_python(&self.bridge, level);
        let builder = self.settings.server(routes, &self.bridge)?;
        let threads = self.settings.runtime_threads();
        let unhealthy_after = self.settings.unhealthy_after()?;
        let told = [draining, ended];
        let running = Running::start(
            builder,
            socket,
            threads,
            &self.bridge,
            unhealthy_after,
            told,
        )
        .map_err(refused)?;
        *phase = Phase::Serving(running);
        Ok(())
    }

    /// Tells the supervisor, from now on, whether Python answers. `line` is a descriptor, owned from here on.
    fn report(&self, line: i32) -> PyResult<()> {
        let line = owned(line);
        if let Phase::Serving(running) = &*self.phase()? {
            running.report(line);
        }
        Ok(())
    }

    /// Serves calls inside the process only.
    fn start_in_process(&self, level: u8) -> PyResult<()> {
        let mut phase = self.phase()?;
        let Phase::Built(routes) = std::mem::replace(&mut *phase, Phase::Ended) else {
            return Err(PyRuntimeError::new_err(
                "the server has been started before",
            ));
        };
        log::to_python(&self.bridge, level);
        let service = routes
            .partial()
            .into_service()
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let runtime = runtime(1)
            .map_err(|error| PyOSError::new_err(format!("the threads of the server: {error}")))?;
        *phase = Phase::InProcess(InProcess::new(runtime, service, self.bridge.clone()));
        Ok(())
    }

    /// Begins a call inside the process; `token` notifies Python when its response can be taken.
    fn call(
        &self,
        path: &str,
        metadata: &Bound<'_, PyList>,
        messages: Vec<Bound<'_, PyBytes>>,
        timeout: Option<f64>,
        token: u64,
    ) -> PyResult<()> {
        let path = PathAndQuery::try_from(path)
            .map_err(|error| PyValueError::new_err(format!("{path:?} is not a path: {error}")))?;
        let outgoing = Outgoing {
            path,
            metadata: pairs(metadata)?,
            body: frame("request", &messages)?,
            timeout: timeout.map(seconds).transpose()?,
        };
        match &*self.phase()? {
            Phase::InProcess(client) => client.begin(outgoing, token),
            _ => return Err(PyRuntimeError::new_err(STOPPED)),
        }
        Ok(())
    }

    /// Takes the response of a call that is done.
    fn take(&self, py: Python<'_>, token: u64) -> PyResult<Option<PyAnswered>> {
        let answered = match &*self.phase()? {
            Phase::InProcess(client) => client.take(token),
            _ => None,
        };
        answered.map(|answered| shown(py, answered)).transpose()
    }

    /// Cancels a call inside the process.
    fn cancel(&self, token: u64) -> PyResult<()> {
        if let Phase::InProcess(client) = &*self.phase()? {
            client.cancel(token);
        }
        Ok(())
    }

    /// Begins the drain, or shortens the grace period of one that has begun.
    fn stop(&self, grace: f64) -> PyResult<()> {
        let grace = seconds(grace)?;
        if let Phase::Serving(running) = &*self.phase()? {
            running.stop.within(grace);
        }
        Ok(())
    }

    /// Ends the calls in flight and the threads. Does nothing the second time.
    fn close(&self, py: Python<'_>) {
        if self.is_forked() {
            return;
        }
        let phase = std::mem::replace(&mut *lock(&self.phase), Phase::Ended);
        let bridge = &self.bridge;
        py.detach(|| {
            bridge.close(STOPPED, PythonError::new(PythonErrorKind::Stopped, STOPPED));
            match phase {
                Phase::Serving(running) => running.close(),
                Phase::InProcess(client) => client.into_runtime().shutdown_background(),
                Phase::Built(_) | Phase::Ended => {}
            }
        });
    }

    /// Watches the event loop, which is blocked if it does not answer for `limit` seconds.
    fn watchdog(&self, limit: f64) -> PyResult<Watchdog> {
        Watchdog::start(&self.bridge, seconds(limit)?)
            .map_err(|error| PyOSError::new_err(format!("the thread of the watchdog: {error}")))
    }
}

impl PyServer {
    /// A handle that stops the server from any thread.
    pub(super) fn stopper(&self) -> Option<Stop> {
        match &*lock(&self.phase) {
            Phase::Serving(running) => Some(running.stop.clone()),
            _ => None,
        }
    }

    fn phase(&self) -> PyResult<MutexGuard<'_, Phase>> {
        if self.is_forked() {
            return Err(PyRuntimeError::new_err(format!(
                "this process (pid {}) was forked from the one that started the server (pid {}), whose \
                 threads it does not have: start servers after the fork, or start processes with the \
                 method \"spawn\"",
                std::process::id(),
                self.pid
            )));
        }
        Ok(lock(&self.phase))
    }

    fn is_forked(&self) -> bool {
        std::process::id() != self.pid
    }
}

impl Drop for PyServer {
    fn drop(&mut self) {
        let phase = unpoisoned(self.phase.get_mut());
        let phase = std::mem::replace(phase, Phase::Ended);
        if std::process::id() != self.pid {
            // A forked child does not have the threads: there is nothing to wait for.
            std::mem::forget(phase);
            return;
        }
        match phase {
            Phase::Serving(running) => running.abandon(),
            Phase::InProcess(client) => client.into_runtime().shutdown_background(),
            Phase::Built(_) | Phase::Ended => {}
        }
    }
}

fn refused(error: ServeError) -> PyErr {
    match error {
        ServeError::Bind { .. } => PyOSError::new_err(error.to_string()),
        error => PyValueError::new_err(error.to_string()),
    }
}

fn pairs(metadata: &Bound<'_, PyList>) -> PyResult<MetadataMap> {
    let mut sent = MetadataMap::new();
    for pair in metadata {
        let (key, value) = pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
        append_metadata(&mut sent, &key, &value)?;
    }
    Ok(sent)
}

fn shown(py: Python<'_>, answered: Answered) -> PyResult<PyAnswered> {
    let received = |map: MetadataMap| -> PyResult<Py<PyAny>> {
        Ok(ReceivedMetadata::decode(map).into_python(py)?.unbind())
    };
    let status = answered.status;
    Ok(PyAnswered {
        code: i32::from(status.code()),
        message: status.message().to_owned(),
        details: Copied(status.details()).into_pyobject(py)?.unbind(),
        metadata: received(answered.metadata)?,
        trailers: received(answered.trailers)?,
        messages: PyList::new(py, answered.messages.into_iter().map(Copied))?.unbind(),
    })
}
