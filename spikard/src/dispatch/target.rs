//! Which method a call is for.

use std::borrow::Cow;

use crate::MethodOptions;

/// Which method a call is for, and the limits of that method.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(super) service: Cow<'static, str>,
    pub(super) method: Cow<'static, str>,
    pub(super) options: MethodOptions,
}

impl Target {
    /// The method `method` of the service with the full name `service`.
    pub(crate) const fn new(
        service: &'static str,
        method: &'static str,
        options: MethodOptions,
    ) -> Self {
        Self {
            service: Cow::Borrowed(service),
            method: Cow::Borrowed(method),
            options,
        }
    }
}
