//! How far a server has come.

use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;

use crate::{Routes, ServeError};

use super::in_process::InProcess;
use super::running::Running;

/// How far a server has come.
pub(super) enum Phase {
    Built(Routes),
    Serving(Running),
    InProcess(InProcess),
    Ended,
}

impl Phase {
    /// Ends the threads.
    pub(super) fn close(self) {
        match self {
            Self::Serving(running) => running.close(),
            Self::InProcess(client) => client.into_runtime().shutdown_background(),
            Self::Built(_) | Self::Ended => {}
        }
    }

    /// Abandons the threads without waiting.
    pub(super) fn abandon(self) {
        match self {
            Self::Serving(running) => running.abandon(),
            Self::InProcess(client) => client.into_runtime().shutdown_background(),
            Self::Built(_) | Self::Ended => {}
        }
    }
}

/// Why a process that was forked cannot use a server of the process with this number.
pub(super) fn forked(started_in: u32) -> PyErr {
    PyRuntimeError::new_err(format!(
        "this process (pid {}) was forked from the one that started the server (pid {}), whose \
                 threads it does not have: start servers after the fork, or start processes with the \
                 method \"spawn\"",
        std::process::id(),
        started_in
    ))
}

/// Why a server was not started.
pub(super) fn refused(error: ServeError) -> PyErr {
    match error {
        ServeError::Bind { .. } => PyOSError::new_err(error.to_string()),
        error => PyValueError::new_err(error.to_string()),
    }
}
