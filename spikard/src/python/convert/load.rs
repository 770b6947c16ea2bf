//! What a Python handler reports of load.

use std::collections::BTreeMap;

use pyo3::prelude::*;

use crate::call::LoadRecorder;
use crate::{Call, LoadReport};

/// Takes what a handler records, where the server reports it.
#[pyclass(frozen, module = "spikard._spikard")]
pub(crate) struct LoadRecorderOfCall(LoadRecorder);

/// A report as `spikard.grpc.Call` has checked it, with every name.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Given {
    cpu_utilization: Option<f64>,
    memory_utilization: Option<f64>,
    application_utilization: Option<f64>,
    qps: Option<f64>,
    eps: Option<f64>,
    utilization: BTreeMap<String, f64>,
    request_cost: BTreeMap<String, f64>,
    named_metrics: BTreeMap<String, f64>,
}

impl From<Given> for LoadReport {
    fn from(given: Given) -> Self {
        let Given {
            cpu_utilization,
            memory_utilization,
            application_utilization,
            qps,
            eps,
            utilization,
            request_cost,
            named_metrics,
        } = given;
        Self {
            cpu_utilization,
            memory_utilization,
            application_utilization,
            qps,
            eps,
            utilization,
            request_cost,
            named_metrics,
        }
    }
}

#[pymethods]
impl LoadRecorderOfCall {
    /// Adds to the report of the call, or of the server.
    fn record(&self, of_server: bool, report: Given) {
        let recorded = if of_server {
            &self.0.server
        } else {
            &self.0.call
        };
        recorded.record(report.into());
    }
}

/// The recorder of a call; `None` where the server does not report.
pub(super) fn recorder(call: &Call) -> Option<LoadRecorderOfCall> {
    call.load_recorder().cloned().map(LoadRecorderOfCall)
}
