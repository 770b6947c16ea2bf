//! What is known of the messages of a method before they are decoded, in Rust or in Python.

#[cfg(feature = "python")]
use std::sync::Arc;

use super::bound::Bound;
use super::layout::LayoutOf;
#[cfg(feature = "python")]
use super::python::PythonMessages;
use super::scan::measure;
use super::tally::Refused;
use super::worst::bound;

/// The messages that a method takes.
#[derive(Clone, Debug)]
pub(crate) enum MessagesOf {
    /// A type in Rust.
    Rust(LayoutOf),
    /// A class in Python, where they are decoded once the handler has them.
    #[cfg(feature = "python")]
    Python {
        class: Arc<PythonMessages>,
        /// Whether all messages of a request are decoded at once, into one arena.
        together: bool,
    },
}

impl MessagesOf {
    /// Whether they are decoded in Python: to Rust they are bytes.
    pub(crate) fn in_python(&self) -> bool {
        match self {
            Self::Rust(_) => false,
            #[cfg(feature = "python")]
            Self::Python { .. } => true,
        }
    }

    /// The most that a message takes, from its length alone.
    pub(crate) fn bound(&self) -> Bound {
        match self {
            Self::Rust(layout) => bound(layout()),
            #[cfg(feature = "python")]
            Self::Python { class, together } => class.bound(*together),
        }
    }

    /// What a message of these bytes takes once it is decoded.
    ///
    /// # Errors
    ///
    /// It takes more than `most`, or it is no message. Python's libraries say themselves what is no message.
    pub(crate) fn measure(&self, bytes: &[u8], most: usize) -> Result<usize, Refused> {
        match self {
            Self::Rust(layout) => measure(layout(), bytes, most),
            #[cfg(feature = "python")]
            Self::Python { class, together } => class.measure(bytes, most, *together),
        }
    }
}
