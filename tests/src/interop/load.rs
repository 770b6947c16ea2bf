//! Load reports, as a client dictates them.

use spikard::LoadReport;

use super::proto::TestOrcaReport;

impl From<TestOrcaReport> for LoadReport {
    fn from(asked: TestOrcaReport) -> Self {
        Self {
            cpu_utilization: Some(asked.cpu_utilization),
            memory_utilization: Some(asked.memory_utilization),
            request_cost: asked.request_cost.into_iter().collect(),
            utilization: asked.utilization.into_iter().collect(),
            ..Self::default()
        }
    }
}
