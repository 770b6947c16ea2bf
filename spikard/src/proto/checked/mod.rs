//! Handlers against what the `.proto` says of their methods: the half that `#[grpc_stream]` uses.

mod accepts;
mod check;
mod find;
mod handled;
mod text;

pub use accepts::{Differs, Returns, Takes};
pub use check::{check_request, check_response, check_service, complete, distinct};
pub use find::{find_for, find_named};
pub use handled::{
    Declared, DeclaredMethod, DeclaredRpc, MethodAt, NotAService, declared_methods, method_name,
    service_name,
};
