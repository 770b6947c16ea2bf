//! The load of a running server.

use std::sync::{Arc, OnceLock};

use prost::Message as _;
use tonic::metadata::BinaryMetadataValue;

use crate::LoadReport;
use crate::call::{Budget, Recorded};

use super::measured::{Measured, Utilizations};
use super::message::OrcaLoadReport;

/// What is measured of a server, and what was recorded.
#[derive(Debug)]
pub(in crate::server) struct Load {
    pub(super) recorded: Recorded,
    /// `None` where only what is recorded is reported.
    pub(super) measured: Option<Measured>,
    /// [`Limits::max_sent_metadata_bytes`](crate::Limits::max_sent_metadata_bytes).
    max_trailers: OnceLock<usize>,
}

impl Load {
    pub(super) fn new(recorded: Recorded, measured: Option<Utilizations>) -> Self {
        Self {
            recorded,
            measured: measured.map(Measured::new),
            max_trailers: OnceLock::new(),
        }
    }

    /// Takes over what is known once the server is made: the budget to measure, and the bytes that trailers may have.
    pub(super) fn begin(&self, budget: Arc<Budget>, max_trailers: usize) {
        self.max_trailers.get_or_init(|| max_trailers);
        if let Some(measured) = &self.measured {
            measured.watch(budget);
        }
    }

    /// The bytes that the trailers of a call may have with the report.
    pub(super) fn max_trailers(&self) -> usize {
        self.max_trailers.get().copied().unwrap_or_default()
    }

    /// The report of the server.
    pub(super) fn of_server(&self) -> OrcaLoadReport {
        let mut report = self.report();
        report.request_cost.clear();
        OrcaLoadReport::from(report)
    }

    /// The report of a call, as the value of a trailer; `None` where there is nothing to report.
    pub(super) fn of_call(&self, recorded: LoadReport) -> Option<http::HeaderValue> {
        let mut report = self.report();
        report.request_cost.clear();
        report.merge(recorded);
        let report = OrcaLoadReport::from(report).encode_to_vec();
        if report.is_empty() {
            return None;
        }
        let value = BinaryMetadataValue::from_bytes(&report);
        // Base64 is always valid in a header.
        http::HeaderValue::from_bytes(value.as_encoded_bytes()).ok()
    }

    fn report(&self) -> LoadReport {
        let mut report = self
            .measured
            .as_ref()
            .map_or_else(LoadReport::default, Measured::report);
        report.merge(self.recorded.now());
        report
    }
}
