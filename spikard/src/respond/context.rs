//! What a response shares with its call.

use std::time::Duration;

use crate::call::{CallSpan, Charge, DeadlineTimer};

use super::header_limit::HeaderLimit;

/// What holds of a call while its response is sent.
pub(crate) struct ReplyContext {
    pub(crate) timer: Option<DeadlineTimer>,
    /// The time for the client to take each piece.
    #[cfg_attr(
        not(feature = "server"),
        expect(dead_code, reason = "only spikard's own server can reset a stream")
    )]
    pub(crate) idle_timeout: Duration,
    /// Of the budget, for what the response takes; it holds nothing yet.
    pub(crate) charge: Charge,
    pub(crate) span: CallSpan,
    /// Of the trailers.
    pub(crate) headers: HeaderLimit,
}
