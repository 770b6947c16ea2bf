//! What a service states of each of its methods.

use std::borrow::Cow;
use std::fmt;

use crate::shapes::RequestShape;

use super::kind::Kind;
use super::limits::MethodOptions;
use super::result::HandlerResult;

/// One method of a service: its name, its kind, its own limits, and what handles it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MethodInfo {
    /// The name in the `.proto`, `BatchCreate`.
    pub name: Cow<'static, str>,
    /// The kind, from the types of the handler.
    pub kind: Kind,
    /// The limits that the method sets for itself.
    pub options: MethodOptions,
    /// The function that handles it.
    pub handler: Handler,
}

impl MethodInfo {
    /// The method whose handler takes `Req` and returns `Ret`; the kind is [`Kind::of`] the two.
    pub const fn of<Req, Ret>(name: &'static str, options: MethodOptions, handler: Handler) -> Self
    where
        Req: RequestShape,
        Ret: HandlerResult,
    {
        Self {
            name: Cow::Borrowed(name),
            kind: Kind::of::<Req, Ret>(),
            options,
            handler,
        }
    }
}

/// What handles a method. It prints as the start-up table and error messages name it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Handler {
    /// A Rust function, by its path.
    Rust(Cow<'static, str>),
    /// A Python callable, as `module:callable`.
    Python(Cow<'static, str>),
}

impl Handler {
    /// The language that the handler is written in.
    pub const fn language(&self) -> &'static str {
        match self {
            Self::Rust(_) => "Rust",
            Self::Python(_) => "Python",
        }
    }
}

impl fmt::Display for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rust(name) | Self::Python(name) => f.pad(name),
        }
    }
}
