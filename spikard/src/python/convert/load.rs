//! What a Python handler reports of load.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::call::LoadRecorder;
use crate::{Call, LoadReport};

/// Takes what a handler records, where the server reports it.
#[pyclass(frozen, module = "spikard._spikard")]
pub(crate) struct LoadRecorderOfCall(LoadRecorder);

#[pymethods]
impl LoadRecorderOfCall {
    /// Adds to the report of the call, or of the server.
    fn record(&self, of_server: bool, report: &Bound<'_, PyDict>) -> PyResult<()> {
        let recorded = if of_server {
            &self.0.server
        } else {
            &self.0.call
        };
        recorded.record(given(report)?);
        Ok(())
    }
}

/// A report as `spikard.grpc.Call` has checked it, with every name.
fn given(report: &Bound<'_, PyDict>) -> PyResult<LoadReport> {
    let value = |name| report.as_any().get_item(name);
    Ok(LoadReport {
        cpu_utilization: value("cpu_utilization")?.extract()?,
        memory_utilization: value("memory_utilization")?.extract()?,
        application_utilization: value("application_utilization")?.extract()?,
        qps: value("qps")?.extract()?,
        eps: value("eps")?.extract()?,
        utilization: value("utilization")?.extract()?,
        request_cost: value("request_cost")?.extract()?,
        named_metrics: value("named_metrics")?.extract()?,
    })
}

/// The recorder of a call; `None` where the server does not report.
pub(super) fn recorder(call: &Call) -> Option<LoadRecorderOfCall> {
    call.load_recorder().cloned().map(LoadRecorderOfCall)
}
