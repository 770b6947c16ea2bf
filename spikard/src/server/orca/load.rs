//! The load of a running server.

use std::sync::Arc;

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
    pub(super) max_trailers: usize,
}

impl Load {
    pub(super) fn new(
        recorded: Recorded,
        measured: Option<Utilizations>,
        max_trailers: usize,
    ) -> Self {
        Self {
            recorded,
            measured: measured.map(Measured::new),
            max_trailers,
        }
    }

    /// Measures the budget, which is made when the server is.
    pub(in crate::server) fn watch(&self, budget: Arc<Budget>) {
        if let Some(measured) = &self.measured {
            measured.watch(budget);
        }
    }

    /// The report of the server.
    pub(super) fn of_server(&self) -> OrcaLoadReport {
        OrcaLoadReport::from(self.report())
    }

    /// The report of a call, as the value of a trailer; `None` where there is nothing to report.
    pub(super) fn of_call(&self, recorded: LoadReport) -> Option<http::HeaderValue> {
        let mut report = self.report();
        report.merge(recorded);
        let report = OrcaLoadReport::from(report).encode_to_vec();
        if report.is_empty() {
            return None;
        }
        let value = BinaryMetadataValue::from_bytes(&report);
        // Base64 is always valid in a header.
        http::HeaderValue::from_bytes(value.as_encoded_bytes()).ok()
    }

    /// What is not of one call: costs are.
    fn report(&self) -> LoadReport {
        let mut report = self
            .measured
            .as_ref()
            .map_or_else(LoadReport::default, Measured::report);
        report.merge(self.recorded.now());
        report.request_cost.clear();
        report
    }
}
