//! What a server decides for the calls of all its methods.

use std::sync::{Arc, OnceLock};

use crate::call::Budget;
use crate::{Compression, Limits};

/// The limits, the compression and the budget of a server.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) limits: Limits,
    pub(crate) compression: Compression,
    pub(crate) budget: Arc<Budget>,
}

impl Policy {
    /// The defaults, with one budget for all services that are mounted in other servers.
    pub(crate) fn unserved() -> Self {
        static SHARED: OnceLock<Arc<Budget>> = OnceLock::new();
        Self {
            limits: Limits::default(),
            compression: Compression::Identity,
            budget: SHARED.get_or_init(Arc::default).clone(),
        }
    }
}
