//! What generated code names. Not part of the public interface.

pub use std::convert::Infallible;

pub use bytes::Bytes;
pub use http;
pub use tonic::body::Body;
pub use tonic::server::NamedService;
pub use tower_service::Service;

pub use crate::dispatch::{ResponseFuture, ServerCall};
pub use crate::footprint::{
    Field, FootprintOf, Layout, LayoutOf, NumberWidth, UnknownFootprint, bound_of, heap_of,
};
pub use crate::proto::checked::{
    Declared, DeclaredMethod, DeclaredRpc, Differs, MethodAt, NotAService, Returns, Takes,
    check_request, check_response, check_service, complete, declared_methods, distinct, find_for,
    find_named, method_name, service_name,
};
#[cfg(feature = "python")]
pub use crate::python::callable::rpc::{PythonRpc, answer_in_python, call_python};
pub use crate::service::{
    Checked, Passed, RequestFootprint, Rpc, answer, count_above_zero, kind, method, options, serve,
    time_above_zero,
};
