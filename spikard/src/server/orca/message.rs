//! The messages of `xds.data.orca.v3` and `xds.service.orca.v3`, as far as they are used.

use std::collections::BTreeMap;
use std::time::Duration;

use prost::Message;

use crate::LoadReport;

/// The most bytes of a report in trailers: clients take 8 KiB of them in all, in base64.
const MOST: usize = 4 << 10;

#[derive(Clone, PartialEq, Message)]
pub(super) struct OrcaLoadReport {
    #[prost(double, tag = "1")]
    cpu_utilization: f64,
    #[prost(double, tag = "2")]
    mem_utilization: f64,
    #[prost(btree_map = "string, double", tag = "4")]
    request_cost: BTreeMap<String, f64>,
    #[prost(btree_map = "string, double", tag = "5")]
    utilization: BTreeMap<String, f64>,
    #[prost(double, tag = "6")]
    rps_fractional: f64,
    #[prost(double, tag = "7")]
    eps: f64,
    #[prost(btree_map = "string, double", tag = "8")]
    named_metrics: BTreeMap<String, f64>,
    #[prost(double, tag = "9")]
    application_utilization: f64,
}

impl From<LoadReport> for OrcaLoadReport {
    fn from(report: LoadReport) -> Self {
        let all = Self {
            cpu_utilization: report.cpu_utilization.unwrap_or_default(),
            mem_utilization: report.memory_utilization.unwrap_or_default(),
            application_utilization: report.application_utilization.unwrap_or_default(),
            rps_fractional: report.qps.unwrap_or_default(),
            eps: report.eps.unwrap_or_default(),
            request_cost: report.request_cost,
            utilization: report.utilization,
            named_metrics: report.named_metrics,
        };
        let bytes = all.encoded_len();
        if bytes <= MOST {
            return all;
        }
        tracing::warn!(
            "a load report has {bytes} bytes, and {MOST} is the most: what has a name is left out, record less of it"
        );
        Self {
            request_cost: BTreeMap::new(),
            utilization: BTreeMap::new(),
            named_metrics: BTreeMap::new(),
            ..all
        }
    }
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct OrcaLoadReportRequest {
    #[prost(message, optional, tag = "1")]
    report_interval: Option<prost_types::Duration>,
}

impl OrcaLoadReportRequest {
    /// The interval that is asked for; none where it is not, or negative.
    pub(super) fn interval(&self) -> Duration {
        let asked = self.report_interval.unwrap_or_default();
        Duration::try_from(asked).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_is_too_large_keeps_what_has_no_name() {
        let cost = |number: usize| (format!("cost {number:050}"), 1.0);
        let report = |costs: usize| LoadReport {
            qps: Some(7.0),
            request_cost: (0..costs).map(cost).collect(),
            ..LoadReport::default()
        };
        assert_eq!(OrcaLoadReport::from(report(50)).request_cost.len(), 50);
        let cut = OrcaLoadReport::from(report(100));
        assert_eq!((cut.request_cost.len(), cut.rps_fractional), (0, 7.0));
    }

    #[test]
    fn an_interval_is_what_a_client_may_mean() {
        for (seconds, nanos, expected) in [
            (1, 500_000_000, Duration::from_millis(1500)),
            (-1, 0, Duration::ZERO),
            (0, -5, Duration::ZERO),
            (i64::MAX, 0, Duration::from_secs(i64::MAX as u64)),
        ] {
            let report_interval = Some(prost_types::Duration { seconds, nanos });
            let request = OrcaLoadReportRequest { report_interval };
            assert_eq!(request.interval(), expected);
        }
        assert_eq!(OrcaLoadReportRequest::default().interval(), Duration::ZERO);
    }
}
