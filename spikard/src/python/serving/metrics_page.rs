//! The page of metrics of a supervisor: the sum of those of its workers.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use tokio::io::AsyncReadExt as _;
use tokio::net::UnixStream;
use tokio::runtime::Runtime;

use crate::python::lock::{lock, unpoisoned};
use crate::server::MetricsListener;
use crate::stats::Pages;

use super::descriptor::owned;
use super::running::runtime;

/// More than a page has.
const MOST_BYTES: u32 = 64 << 20;

/// Serves the page, on a thread of its own.
#[pyclass(frozen, module = "spikard._spikard")]
pub(crate) struct MetricsPage {
    runtime: Mutex<Option<Runtime>>,
    pages: Arc<Mutex<Pages>>,
    workers: AtomicU64,
}

#[pymethods]
impl MetricsPage {
    /// `listener` is a descriptor, owned from here on.
    #[new]
    fn new(listener: i32) -> PyResult<Self> {
        let failed = |error: io::Error| PyOSError::new_err(format!("the page of metrics: {error}"));
        let listener = MetricsListener::on(owned(listener).into()).map_err(failed)?;
        let runtime = runtime(1).map_err(failed)?;
        let pages = Arc::<Mutex<Pages>>::default();
        let written = pages.clone();
        runtime.spawn(listener.serve(Arc::new(move || lock(&written).sum())));
        Ok(Self {
            runtime: Mutex::new(Some(runtime)),
            pages,
            workers: AtomicU64::new(0),
        })
    }

    /// Adds what a worker sends through `line` up to its end. `line` is a descriptor, owned from here on.
    fn follow(&self, line: i32) {
        let line = owned(line);
        let number = self.workers.fetch_add(1, Ordering::Relaxed);
        let pages = self.pages.clone();
        if let Some(runtime) = &*lock(&self.runtime) {
            runtime.spawn(async move {
                // The end of the line is the worker's.
                let _ = follow(line, number, &pages).await;
                lock(&pages).end(number);
            });
        }
    }

    /// Ends the page, and its thread.
    fn close(&self) {
        if let Some(runtime) = lock(&self.runtime).take() {
            runtime.shutdown_background();
        }
    }
}

async fn follow(line: OwnedFd, number: u64, pages: &Mutex<Pages>) -> io::Result<()> {
    let line = std::os::unix::net::UnixStream::from(line);
    line.set_nonblocking(true)?;
    let mut line = UnixStream::from_std(line)?;
    loop {
        let length = line.read_u32().await?;
        if length > MOST_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut page = vec![0; length as usize];
        line.read_exact(&mut page).await?;
        let page = String::from_utf8(page).map_err(io::Error::other)?;
        lock(pages).set(number, page);
    }
}

impl Drop for MetricsPage {
    fn drop(&mut self) {
        if let Some(runtime) = unpoisoned(self.runtime.get_mut()).take() {
            runtime.shutdown_background();
        }
    }
}
