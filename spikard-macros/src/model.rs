//! A checked invocation.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Attribute, LitStr, Path, Visibility};

use crate::attr::MethodOptions;

/// A gRPC service, or some of its methods.
pub(crate) struct Service {
    pub(crate) krate: Option<Path>,
    pub(crate) name: ServiceName,
    /// The `cfg`s of the item, for everything that is generated beside it.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) owner: Owner,
    pub(crate) methods: Vec<Method>,
    /// The place of `complete`, where the service may have no other methods.
    pub(crate) complete: Option<Span>,
}

/// The source of the names of the service and its methods.
#[derive(Clone)]
pub(crate) enum ServiceName {
    /// A full name, not checked against a `.proto`.
    Text(LitStr),
    /// The module that spikard-build generated for the service.
    Module(Path),
}

/// The type of the service.
pub(crate) enum Owner {
    /// A unit struct, generated beside a function.
    Struct { vis: Visibility, name: Ident },
    /// The type of the user's `impl` block.
    Type(TokenStream),
}

/// One method of the service.
pub(crate) struct Method {
    pub(crate) cfgs: Vec<Attribute>,
    /// The name of the RPC. With a module, it is looked up in the `.proto`, which may write it differently, unless it
    /// was given.
    pub(crate) rpc: String,
    /// The span of a given name.
    pub(crate) given: Option<Span>,
    /// The name of the Rust function.
    pub(crate) function: Ident,
    /// The types, with the user's tokens and spans.
    pub(crate) request: TokenStream,
    pub(crate) result: TokenStream,
    /// How it takes the service, in a block.
    pub(crate) service: SharedSelf,
    pub(crate) options: MethodOptions,
    /// `module:callable`, and the parameter that is passed on.
    pub(crate) python: Option<Python>,
}

/// How a handler takes the service that all calls share.
#[derive(Clone, Copy, Default)]
pub(crate) enum SharedSelf {
    /// `&self`.
    #[default]
    Borrowed,
    /// `self: Arc<Self>`.
    Owned,
}

/// A handler in Python.
pub(crate) struct Python {
    pub(crate) callable: LitStr,
    pub(crate) parameter: Ident,
}
