//! The messages of `List`, which tonic-health's `.proto` does not have yet.

use std::collections::HashMap;

use prost::Message;
use tonic_health::pb::HealthCheckResponse;

/// Asks for all statuses.
#[derive(Clone, PartialEq, Message)]
pub(super) struct HealthListRequest {}

/// The status of each service, by its name.
#[derive(Clone, PartialEq, Message)]
pub(super) struct HealthListResponse {
    #[prost(map = "string, message", tag = "1")]
    pub(super) statuses: HashMap<String, HealthCheckResponse>,
}
