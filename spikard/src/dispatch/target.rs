//! Which method a call is for.

use std::borrow::Cow;
#[cfg(feature = "python")]
use std::sync::Arc;

use crate::MethodOptions;
#[cfg(feature = "python")]
use crate::footprint::PythonMessages;
use crate::footprint::{Layout, LayoutOf, MessagesOf};

/// Which method a call is for, and the limits of that method.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(super) service: Cow<'static, str>,
    pub(super) method: Cow<'static, str>,
    pub(super) options: MethodOptions,
    /// The messages that it takes.
    pub(super) messages: MessagesOf,
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
            messages: MessagesOf::Rust(Layout::unknown),
        }
    }

    /// The method takes messages of this layout.
    pub(crate) fn taking(self, layout: LayoutOf) -> Self {
        Self {
            messages: MessagesOf::Rust(layout),
            ..self
        }
    }

    /// The method takes messages of a class in Python.
    #[cfg(feature = "python")]
    pub(crate) fn taking_in_python(self, class: Arc<PythonMessages>, together: bool) -> Self {
        Self {
            messages: MessagesOf::Python { class, together },
            ..self
        }
    }
}
