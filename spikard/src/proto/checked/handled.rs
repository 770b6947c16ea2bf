//! What a handler's service and methods are in the `.proto`, as generated code states it.

use crate::proto::{Method, Service};

/// The method at `INDEX` of [`Service::METHODS`].
pub trait MethodAt<const INDEX: usize>: Service {
    /// Its type in the generated module.
    type Method: Method;
}

/// A type with handlers of a service that a `.proto` declares.
pub trait Declared {
    /// The service.
    type Service: Service;
}

/// The method that the handler at `INDEX` of the type `Self` is for.
pub trait DeclaredMethod<const INDEX: usize>: Declared {
    /// The method.
    type Method: Method;
}

/// The messages of that handler; `Signature` as in [`Rpc`](crate::service::Rpc).
pub trait DeclaredRpc<const INDEX: usize, Signature>: DeclaredMethod<INDEX> {
    /// Whether it takes the messages of the method, or raw bytes.
    const TAKES: bool;
    /// Whether it returns the messages of the method, or raw bytes.
    const RETURNS: bool;
}

/// The full name of the service.
pub const fn service_name<S: Declared>() -> &'static str {
    S::Service::NAME
}

/// The names of all its methods.
pub const fn declared_methods<S: Declared>() -> &'static [&'static str] {
    S::Service::METHODS
}

/// The name of the method.
pub const fn method_name<S: DeclaredMethod<INDEX>, const INDEX: usize>() -> &'static str {
    <S::Method as Method>::NAME
}

/// What the path of something else than a service's module comes to. It has every method, so that
/// the path is the one thing reported.
#[derive(Debug)]
pub struct NotAService;

impl Service for NotAService {
    const NAME: &'static str = "";
    const METHODS: &'static [&'static str] = &[];
    const IS_DECLARED: bool = false;
}

impl<const INDEX: usize> MethodAt<INDEX> for NotAService {
    type Method = Self;
}

impl Method for NotAService {
    type Service = Self;
    type Request = ();
    type Response = ();

    const NAME: &'static str = "";
    const REQUEST: &'static str = "";
    const RESPONSE: &'static str = "";
    const CLIENT_STREAMS: bool = false;
    const SERVER_STREAMS: bool = false;
}
