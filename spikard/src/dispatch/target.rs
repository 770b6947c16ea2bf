//! Which method a call is for.

use std::borrow::Cow;

use crate::MethodOptions;
use crate::footprint::{Layout, LayoutOf};

/// Which method a call is for, and the limits of that method.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(super) service: Cow<'static, str>,
    pub(super) method: Cow<'static, str>,
    pub(super) options: MethodOptions,
    /// The layout of the messages that it takes.
    pub(super) layout: LayoutOf,
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
            layout: Layout::unknown,
        }
    }

    /// The method takes messages of this layout.
    pub(crate) fn taking(self, layout: LayoutOf) -> Self {
        Self { layout, ..self }
    }
}
