//! What a server decides for the calls of all its methods.

use std::sync::{Arc, OnceLock};

use crate::call::Budget;
use crate::{Compression, Limits, MethodOptions};

/// 1 GiB.
pub(crate) const DEFAULT_BUFFERED_BYTES: usize = 1 << 30;

/// The limits, the compression and the budget of a server.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) limits: Limits,
    pub(crate) compression: Compression,
    /// Whether the messages of a request may be compressed.
    pub(crate) accept_compression: bool,
    /// Whether an upload that a client sends again by itself is refused.
    pub(crate) refuse_retried_uploads: bool,
    /// Whether a message that cannot be decoded is INVALID_ARGUMENT; `None` is as the language of the handler has it.
    pub(crate) undecodable_as_invalid_argument: Option<bool>,
    pub(crate) budget: Arc<Budget>,
}

impl Policy {
    /// Whether a method takes compressed messages.
    pub(super) fn accepts_compression(&self, options: &MethodOptions) -> bool {
        options
            .accept_compression
            .unwrap_or(self.accept_compression)
    }

    /// The defaults, with one budget for all services that are mounted in other servers.
    pub(crate) fn unserved() -> Self {
        static SHARED: OnceLock<Arc<Budget>> = OnceLock::new();
        Self {
            limits: Limits::default(),
            compression: Compression::Identity,
            accept_compression: true,
            refuse_retried_uploads: false,
            undecodable_as_invalid_argument: None,
            budget: SHARED
                .get_or_init(|| Arc::new(Budget::new(DEFAULT_BUFFERED_BYTES, usize::MAX)))
                .clone(),
        }
    }
}
