//! The settings of a server, as Python gives them.

use std::num::NonZero;
#[cfg(feature = "tls")]
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::python::bridge::{Bridge, BridgeLimits};
use crate::{Compression, Limits, Routes, ServerBuilder};

use super::methods::seconds;

/// What Python's `Settings` says to Rust; every value has been checked there for its form.
#[derive(FromPyObject)]
pub(super) struct Settings {
    max_messages: usize,
    max_message_bytes: usize,
    max_stream_bytes: usize,
    max_decoded_bytes: usize,
    max_buffered_bytes: usize,
    max_buffered_bytes_per_connection: Option<usize>,
    max_waiting_calls: usize,
    max_connections: usize,
    max_connection_age: Option<f64>,
    max_connection_age_grace: Option<f64>,
    max_connection_idle: Option<f64>,
    max_concurrent_streams: u32,
    initial_stream_window_size: u32,
    initial_connection_window_size: u32,
    max_header_list_size: u32,
    keepalive_interval: f64,
    keepalive_timeout: f64,
    tcp_keepalive: Option<f64>,
    handshake_timeout: f64,
    drain_delay: f64,
    unhealthy_after: f64,
    receive_timeout: f64,
    min_receive_rate: usize,
    max_sent_metadata_bytes: usize,
    timeout: Option<f64>,
    idle_timeout: f64,
    compression: String,
    accept_compression: bool,
    refuse_retried_uploads: bool,
    undecodable_as_invalid_argument: bool,
    complete_services: bool,
    #[cfg(feature = "tls")]
    tls_cert: Option<PathBuf>,
    #[cfg(feature = "tls")]
    tls_key: Option<PathBuf>,
    #[cfg(feature = "tls")]
    tls_client_ca: Option<PathBuf>,
    #[cfg(feature = "tls")]
    tls_reload_interval: Option<f64>,
    #[cfg(feature = "health")]
    health: bool,
    #[cfg(feature = "orca")]
    orca: bool,
    #[cfg(feature = "orca")]
    orca_min_report_interval: f64,
    /// File descriptor sets for reflection, none without it.
    #[cfg(feature = "reflection")]
    descriptor_sets: Vec<Vec<u8>>,
    access_log: bool,
    otel: bool,
    /// The threads for `def` handlers.
    threads: Option<usize>,
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
            max_decoded_bytes: self.max_decoded_bytes,
            timeout: self.timeout.map(seconds).transpose()?,
            idle_timeout: seconds(self.idle_timeout)?,
            receive_timeout: Some(seconds(self.receive_timeout)?),
            min_receive_rate: self.min_receive_rate,
            max_sent_metadata_bytes: self.max_sent_metadata_bytes,
            ..Limits::default()
        };
        let routes = Routes::new()
            .limits(limits)
            .max_buffered_bytes(self.max_buffered_bytes)
            .compression(self.compression()?)
            .accept_compression(self.accept_compression)
            .refuse_retried_uploads(self.refuse_retried_uploads)
            .undecodable_as_invalid_argument(self.undecodable_as_invalid_argument)
            .complete_services(self.complete_services);
        Ok(match self.max_buffered_bytes_per_connection {
            Some(bytes) => routes.max_buffered_bytes_per_connection(bytes),
            None => routes,
        })
    }

    /// Whether Python is told of each call that has ended.
    pub(super) fn tells_of_ends(&self) -> bool {
        self.access_log || self.otel
    }

    /// How much may wait for Python, and what runs it.
    pub(super) fn bridge(&self) -> BridgeLimits {
        BridgeLimits {
            threads: self.threads,
            max_waiting_calls: self.max_waiting_calls,
        }
    }

    /// The server around these routes.
    #[cfg_attr(
        not(feature = "orca"),
        expect(
            unused_variables,
            reason = "the bridge is one of what load reports measure"
        )
    )]
    pub(super) fn server(&self, routes: Routes, bridge: &Arc<Bridge>) -> PyResult<ServerBuilder> {
        let builder = ServerBuilder::from(routes)
            .max_connections(self.max_connections)
            .max_concurrent_streams(self.max_concurrent_streams)
            .initial_stream_window_size(self.initial_stream_window_size)
            .initial_connection_window_size(self.initial_connection_window_size)
            .max_header_list_size(self.max_header_list_size)
            .keepalive_interval(Some(seconds(self.keepalive_interval)?))
            .keepalive_timeout(seconds(self.keepalive_timeout)?)
            .tcp_keepalive(self.tcp_keepalive.map(seconds).transpose()?)
            .handshake_timeout(seconds(self.handshake_timeout)?)
            .drain_delay(seconds(self.drain_delay)?);
        let builder = match self.max_connection_age {
            Some(age) => builder.max_connection_age(seconds(age)?),
            None => builder,
        };
        let builder = match self.max_connection_age_grace {
            Some(grace) => builder.max_connection_age_grace(seconds(grace)?),
            None => builder,
        };
        let builder = match self.max_connection_idle {
            Some(idle) => builder.max_connection_idle(seconds(idle)?),
            None => builder,
        };
        #[cfg(feature = "health")]
        let builder = if self.health {
            builder.health()
        } else {
            builder
        };
        #[cfg(feature = "orca")]
        let builder = if self.orca {
            let bridge = bridge.clone();
            let orca = crate::Orca::new()
                .min_report_interval(seconds(self.orca_min_report_interval)?)
                .utilization(move || bridge.utilization());
            builder.orca(orca)
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
            if let Some(interval) = self.tls_reload_interval {
                tls = tls.reload_interval(seconds(interval)?);
            }
            return Ok(builder.tls(tls));
        }
        Ok(builder)
    }

    /// How long Python may not answer before health says NOT_SERVING; `None` for ever.
    pub(super) fn unhealthy_after(&self) -> PyResult<Option<Duration>> {
        let after = seconds(self.unhealthy_after)?;
        Ok((!after.is_zero()).then_some(after))
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
