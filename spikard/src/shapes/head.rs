//! What a request has besides its messages.

use std::borrow::Cow;
use std::sync::Arc;

use tonic::metadata::MetadataMap;

use crate::Call;

/// What is known of a request before its first message.
pub struct RequestHead {
    pub(crate) service_name: Cow<'static, str>,
    pub(crate) method_name: Cow<'static, str>,
    pub(crate) metadata: MetadataMap,
    pub(crate) call: Arc<Call>,
}
