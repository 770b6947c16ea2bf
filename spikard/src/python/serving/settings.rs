//! The settings of a server, as Python gives them.

use std::num::NonZero;
#[cfg(feature = "tls")]
use std::path::PathBuf;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::{Compression, Limits, Routes, Server, ServerBuilder};

use super::methods::seconds;

/// What Python's `Settings` says to Rust; every value has been checked there for its form.
#[derive(FromPyObject)]
pub(super) struct Settings {
    max_messages: usize,
    max_message_bytes: usize,
    max_stream_bytes: usize,
    max_buffered_bytes: usize,
    max_concurrent_streams: u32,
    timeout: Option<f64>,
    idle_timeout: f64,
    compression: String,
    #[cfg(feature = "tls")]
    tls_cert: Option<PathBuf>,
    #[cfg(feature = "tls")]
    tls_key: Option<PathBuf>,
    #[cfg(feature = "tls")]
    tls_client_ca: Option<PathBuf>,
    #[cfg(feature = "health")]
    health: bool,
    /// File descriptor sets for reflection, none without it.
    #[cfg(feature = "reflection")]
    descriptor_sets: Vec<Vec<u8>>,
    /// The threads for `def` handlers.
    pub(super) threads: Option<usize>,
    /// tokio's worker threads.
    runtime_threads: Option<usize>,
}

impl Settings {
    /// Routes without methods yet.
    pub(super) fn routes(&self) -> PyResult<Routes> {
        let limits = Limits {
            max_messages: self.max_messages,
            max_message_bytes: self.max_message_bytes,
            max_stream_bytes: self.max_stream_bytes,
            timeout: self.timeout.map(seconds).transpose()?,
            idle_timeout: seconds(self.idle_timeout)?,
            ..Limits::default()
        };
        Ok(Routes::new()
            .limits(limits)
            .max_buffered_bytes(self.max_buffered_bytes)
            .compression(self.compression()?))
    }

    /// The server around these routes.
    pub(super) fn server(&self, routes: Routes) -> ServerBuilder {
        let builder = Server::builder()
            .routes(routes)
            .max_concurrent_streams(self.max_concurrent_streams);
        #[cfg(feature = "health")]
        let builder = if self.health {
            builder.health()
        } else {
            builder
        };
        #[cfg(feature = "reflection")]
        let builder = self
            .descriptor_sets
            .iter()
            .fold(builder, |builder, set| builder.reflection(set.clone()));
        #[cfg(feature = "tls")]
        if let (Some(cert), Some(key)) = (&self.tls_cert, &self.tls_key) {
            let mut tls = crate::Tls::new(cert, key);
            if let Some(file) = &self.tls_client_ca {
                tls = tls.client_ca(file);
            }
            return builder.tls(tls);
        }
        builder
    }

    /// The number of tokio's worker threads. HTTP/2 beside Python, which is one thread's work, seldom needs
    /// more than two.
    pub(super) fn runtime_threads(&self) -> usize {
        let cpus = || std::thread::available_parallelism().map_or(1, NonZero::get);
        self.runtime_threads.unwrap_or_else(|| cpus().min(2))
    }

    fn compression(&self) -> PyResult<Compression> {
        let compression = Compression::named(&self.compression).ok_or_else(|| {
            PyValueError::new_err(format!(
                "{:?} is not a compression: it is one of {}",
                self.compression,
                Compression::ALL.map(Compression::name).join(", ")
            ))
        })?;
        if !compression.is_supported() {
            let name = compression.name();
            let text = format!("this build of spikard does not know the compression {name}");
            return Err(PyValueError::new_err(text));
        }
        Ok(compression)
    }
}
