//! The Python object of a server. It is long because PyO3 takes the methods of a class in one block.

#[cfg(feature = "health")]
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use crate::Stats;
use crate::python::bridge::{Bridge, PyBridge};
use crate::python::convert::frame_request;
use crate::python::lock::{lock, unpoisoned};
use crate::python::{PythonError, PythonErrorKind};
#[cfg(feature = "metrics")]
use crate::server::MetricsListener;

use super::descriptor::owned;
use super::ended_calls::{PyEndedCalls, Queue, ToPython};
use super::in_process::InProcess;
use super::log;
use super::methods::{Declared, seconds};
use super::phase::{Phase, forked, refused};
use super::py_answered::PyAnswered;
use super::py_dialogue::PyDialogue;
use super::py_head::head;
use super::running::{Running, Socket, runtime};
use super::settings::Settings;
use super::stats::{PyStats, for_python};
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
    /// Services that are out of service when the server starts.
    #[cfg(feature = "health")]
    out_of_service: Mutex<BTreeSet<String>>,
    phase: Mutex<Phase>,
    /// Known once the server has been started.
    stats: OnceLock<Stats>,
    /// What Python is told of calls that have ended, if it wants to be.
    ended: Option<Arc<Queue>>,
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
        let ended = settings.tells_of_ends().then(Arc::<Queue>::default);
        Ok(Self {
            bridge,
            settings,
            table: routes.table().to_string(),
            pid: std::process::id(),
            #[cfg(feature = "health")]
            out_of_service: Mutex::default(),
            phase: Mutex::new(Phase::Built(routes)),
            stats: OnceLock::new(),
            ended,
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

    /// What the server has done.
    #[getter]
    fn stats(&self) -> PyStats {
        for_python(self.stats.get().map(Stats::read).unwrap_or_default())
    }

    /// The calls that have ended, if the settings ask for them.
    #[getter]
    fn ended_calls(&self) -> Option<PyEndedCalls> {
        self.ended.clone().map(PyEndedCalls)
    }

    /// Serves on a listening socket, which Python hands over. The token `ended` notifies Python of the end of the drain.
    /// `metrics` is the descriptor of a socket for the page of metrics.
    #[cfg_attr(
        not(feature = "metrics"),
        expect(unused_variables, reason = "there is no page of metrics")
    )]
    #[pyo3(signature = (fd, unix, ended, level, metrics=None))]
    fn start(
        &self,
        fd: i32,
        unix: bool,
        ended: u64,
        level: u8,
        metrics: Option<i32>,
    ) -> PyResult<()> {
        let socket = Socket::given(fd, unix);
        #[cfg(feature = "metrics")]
        let metrics = metrics.map(owned);
        let mut phase = self.phase()?;
        let Phase::Built(routes) = std::mem::replace(&mut *phase, Phase::Ended) else {
            return Err(PyRuntimeError::new_err(
                "the server has been started before",
            ));
        };
        log::to_python(&self.bridge, level);
        let mut builder = self.settings.server(routes, &self.bridge)?;
        if let Some(queue) = &self.ended {
            builder = builder.watched_by(ToPython(queue.clone()));
        }
        #[cfg(feature = "metrics")]
        if let Some(metrics) = metrics {
            let listener = MetricsListener::on(metrics.into())?;
            builder = builder.metrics_on(listener);
        }
        #[cfg(feature = "health")]
        if let Some(health) = builder.reported_health() {
            for service in &*lock(&self.out_of_service) {
                health.set_service(service, false);
            }
        }
        let threads = self.settings.runtime_threads();
        let unhealthy_after = self.settings.unhealthy_after()?;
        let running = Running::start(
            builder,
            socket,
            threads,
            &self.bridge,
            unhealthy_after,
            ended,
        )
        .map_err(refused)?;
        self.reads(running.stats.clone());
        *phase = Phase::Serving(running);
        Ok(())
    }

    /// Sends pages of metrics to the supervisor, from now on. `line` is a descriptor, owned from here on.
    #[cfg(feature = "metrics")]
    fn report_metrics(&self, line: i32) -> PyResult<()> {
        let line = owned(line);
        if let Phase::Serving(running) = &*self.phase()? {
            running.report_metrics(line);
        }
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
        self.reads(service.stats());
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
        let framed = frame_request(messages)?;
        let head = head(path, metadata, timeout)?;
        match &*self.phase()? {
            Phase::InProcess(client) => client.begin(head, framed, token),
            _ => return Err(PyRuntimeError::new_err(STOPPED)),
        }
        Ok(())
    }

    /// Opens a call inside the process whose messages go one by one.
    fn open(
        &self,
        path: &str,
        metadata: &Bound<'_, PyList>,
        timeout: Option<f64>,
    ) -> PyResult<PyDialogue> {
        let head = head(path, metadata, timeout)?;
        match &*self.phase()? {
            Phase::InProcess(client) => Ok(client.open(head)),
            _ => Err(PyRuntimeError::new_err(STOPPED)),
        }
    }

    /// Takes the response of a call that is done.
    fn take(&self, py: Python<'_>, token: u64) -> PyResult<Option<PyAnswered>> {
        let answered = match &*self.phase()? {
            Phase::InProcess(client) => client.take(token),
            _ => None,
        };
        answered
            .map(|answered| PyAnswered::shown(py, answered))
            .transpose()
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

    /// The grace period of the drain, in seconds, once it has begun.
    #[getter]
    fn drain_left(&self) -> PyResult<Option<f64>> {
        Ok(match &*self.phase()? {
            Phase::Serving(running) => running.stop.left(),
            _ => None,
        })
    }

    /// Has health say NOT_SERVING for a service, or SERVING again, while the server serves; from its start on if it does
    /// not serve yet.
    #[cfg(feature = "health")]
    fn set_health(&self, service: &str, serves: bool) -> PyResult<()> {
        match &*self.phase()? {
            Phase::Serving(running) => {
                if let Some(health) = &running.health {
                    health.set_service(service, serves);
                }
            }
            Phase::Built(_) if serves => drop(lock(&self.out_of_service).remove(service)),
            Phase::Built(_) => drop(lock(&self.out_of_service).insert(service.to_owned())),
            Phase::InProcess(_) | Phase::Ended => {}
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
            if let Some(ended) = &self.ended {
                ended.close();
            }
            bridge.close(STOPPED, PythonError::new(PythonErrorKind::Stopped, STOPPED));
            phase.close();
        });
    }

    /// Watches the event loop, which is blocked if it does not answer for `limit` seconds.
    fn watchdog(&self, limit: f64) -> PyResult<Watchdog> {
        Watchdog::start(&self.bridge, seconds(limit)?)
            .map_err(|error| PyOSError::new_err(format!("the thread of the watchdog: {error}")))
    }
}

impl PyServer {
    fn reads(&self, stats: Stats) {
        let bridge = Arc::downgrade(&self.bridge);
        stats.waits(move || bridge.upgrade().map_or(0, |bridge| bridge.waiting()));
        let _ = self.stats.set(stats);
    }

    /// A handle that stops the server from any thread.
    pub(super) fn stopper(&self) -> Option<Stop> {
        match &*lock(&self.phase) {
            Phase::Serving(running) => Some(running.stop.clone()),
            _ => None,
        }
    }

    fn phase(&self) -> PyResult<MutexGuard<'_, Phase>> {
        if self.is_forked() {
            return Err(forked(self.pid));
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
        phase.abandon();
    }
}
