//! A gRPC service, as `#[grpc_stream]` makes it from functions.

mod checked;
mod footprint;
mod mount;
mod rpc;
mod shared;

use std::sync::Arc;

use crate::MethodInfo;
use crate::dispatch::{ResponseFuture, ServerCall};

pub use checked::{Checked, Passed};
pub use footprint::RequestFootprint;
pub use mount::serve;
pub use rpc::{Rpc, answer, count_above_zero, kind, method, options, time_above_zero};

/// A gRPC service, or some methods of one; `#[grpc_stream]` writes the implementation.
///
/// [`Server`](crate::Server) and [`Routes`](crate::Routes) take any number of them and merge the
/// methods of one service.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a gRPC service of spikard",
    label = "`#[grpc_stream]` made no service of this name",
    note = "add the struct that `#[grpc_stream]` puts beside the function (`BatchCreate` for `batch_create`), or a value of the type whose `impl` block is annotated"
)]
pub trait GrpcService: Send + Sync + Sized + 'static {
    /// The full name of the service, `messageservice.MessageService`.
    const NAME: &'static str;

    /// The methods, in the order written.
    const METHODS: &'static [MethodInfo];

    /// The methods that the `.proto` gives the service, whoever handles them; none where no `.proto` is known. Those
    /// without a handler are named when a server starts.
    const DECLARED: &'static [&'static str] = &[];

    /// Answers a call of the method at `index` of [`METHODS`](Self::METHODS).
    fn call(self: Arc<Self>, index: usize, call: ServerCall) -> ResponseFuture;
}
