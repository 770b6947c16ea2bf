//! The load of a running server.

use prost::Message as _;
use tonic::metadata::BinaryMetadataValue;

use crate::LoadReport;
use crate::call::Recorded;

use super::measured::{Measured, Utilizations};
use super::message::OrcaLoadReport;

/// What is measured of a server, and what was recorded.
#[derive(Debug)]
pub(in crate::server) struct Load {
    pub(super) recorded: Recorded,
    /// `None` where only what is recorded is reported.
    pub(super) measured: Option<Measured>,
}

impl Load {
    pub(super) fn new(recorded: Recorded, measured: Option<Utilizations>) -> Self {
        Self {
            recorded,
            measured: measured.map(Measured::new),
        }
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
