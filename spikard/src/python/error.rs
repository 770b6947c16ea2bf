//! Errors of the interpreter and of lookups.

use std::fmt;

/// Why Python cannot be started, or a Python callable cannot be used.
///
/// The text says what is wrong, where, and what to do; [`kind`](Self::kind) is for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonError {
    kind: PythonErrorKind,
    text: String,
}

/// The category of a [`PythonError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PythonErrorKind {
    /// The interpreter could not be started.
    Start,
    /// The virtual environment does not exist, or is of another minor version of Python.
    VirtualEnv,
    /// The interpreter was started before with other settings.
    AlreadyStarted,
    /// The interpreter has stopped.
    Stopped,
    /// The name of a callable is not `module:callable`.
    Name,
    /// There is no module of that name on `sys.path`.
    ModuleNotFound,
    /// The module raised an exception while it was imported; the text has its traceback.
    Import,
    /// The module has no attribute of that name.
    AttributeNotFound,
    /// The attribute cannot be called with a request.
    NotCallable,
}

impl PythonError {
    pub(crate) fn new(kind: PythonErrorKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }

    pub(crate) fn stopped() -> Self {
        Self::new(
            PythonErrorKind::Stopped,
            "the Python interpreter has stopped: the program is ending",
        )
    }

    /// The error of a lookup that Python refuses; `fault` is the category.
    pub(crate) fn refused(fault: &str, text: String) -> Self {
        let kind = match fault {
            "name" => PythonErrorKind::Name,
            "module" => PythonErrorKind::ModuleNotFound,
            "attribute" => PythonErrorKind::AttributeNotFound,
            "callable" => PythonErrorKind::NotCallable,
            _ => PythonErrorKind::Import,
        };
        Self::new(kind, text)
    }

    /// The category of the error.
    pub fn kind(&self) -> PythonErrorKind {
        self.kind
    }
}

impl fmt::Display for PythonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for PythonError {}
