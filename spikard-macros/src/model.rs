//! What was written, once it is known to be right.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Attribute, LitStr, Path, Visibility};

use crate::attr::Limits;

/// A gRPC service, or some methods of one.
pub(crate) struct Service {
    pub(crate) krate: Option<Path>,
    pub(crate) name: ServiceName,
    /// The `cfg`s of the item, for everything that stands beside it.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) owner: Owner,
    pub(crate) methods: Vec<Method>,
}

/// Where the names of the service and its methods come from.
#[derive(Clone)]
pub(crate) enum ServiceName {
    /// The full name, as it is written; nothing is checked against a `.proto`.
    Text(LitStr),
    /// The module that spikard-build made of the service.
    Module(Path),
}

/// The type that is the service.
pub(crate) enum Owner {
    /// A unit struct, made beside a function.
    Struct { vis: Visibility, name: Ident },
    /// The type of the user's `impl` block.
    Type(TokenStream),
}

/// One method of the service.
pub(crate) struct Method {
    pub(crate) cfgs: Vec<Attribute>,
    /// The name of the RPC. Where the service is a module, one that the `.proto` may spell otherwise
    /// is found for it, unless it was given.
    pub(crate) rpc: String,
    /// The place where that name was given.
    pub(crate) given: Option<Span>,
    /// The name of the Rust function.
    pub(crate) function: Ident,
    /// The types, with the tokens and the places that the user gave them.
    pub(crate) request: TokenStream,
    pub(crate) result: TokenStream,
    pub(crate) limits: Limits,
    /// `module:callable`, and the parameter that is passed on to it.
    pub(crate) python: Option<Python>,
}

/// A handler in Python.
pub(crate) struct Python {
    pub(crate) callable: LitStr,
    pub(crate) parameter: Ident,
}
