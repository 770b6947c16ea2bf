//! The tracing span of a call, in the names of OpenTelemetry's conventions for RPC.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::field::Empty;
use tracing::{Instrument, Span};

use crate::{Code, Status};

/// The span of one call: `rpc`, at the level INFO.
///
/// The attributes are those of the semantic conventions for gRPC servers (1.38 and later):
/// `rpc.system.name`, `rpc.method`, `rpc.response.status_code`, `network.peer.address`,
/// `network.peer.port`, and `error.type` where the call failed; `otel.name` and `otel.kind` are
/// what tracing-opentelemetry names the span by. A path that names no method of the server is `rpc.method_original`.
///
/// A call that nobody finishes is one that the client gave up: CANCELLED.
#[derive(Debug)]
pub(crate) struct CallSpan {
    span: Span,
    finished: AtomicBool,
}

impl CallSpan {
    pub(crate) fn new(service: &str, method: &str, peer: Option<SocketAddr>) -> Self {
        Self::of_method(format_args!("{service}/{method}"), None, peer)
    }

    /// The span of a call to a path that names no method. Its name is the same for all paths, which clients choose.
    pub(crate) fn of_unknown(path: &str, peer: Option<SocketAddr>) -> Self {
        Self::of_method(format_args!("_OTHER"), Some(path), peer)
    }

    fn of_method(name: fmt::Arguments<'_>, path: Option<&str>, peer: Option<SocketAddr>) -> Self {
        let span = tracing::info_span!(
            "rpc",
            otel.name = name,
            otel.kind = "server",
            rpc.system.name = "grpc",
            rpc.method = name,
            rpc.method_original = path,
            rpc.response.status_code = Empty,
            network.peer.address = peer.map(|peer| display(peer.ip())),
            network.peer.port = peer.map(|peer| peer.port()),
            error.type = Empty,
        );
        Self {
            span,
            finished: AtomicBool::new(false),
        }
    }

    /// Runs `future` inside the span.
    pub(crate) fn of<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        future.instrument(self.span.clone())
    }

    /// Runs `work` inside the span.
    pub(crate) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        self.span.in_scope(work)
    }

    /// Records the status that the call ended with. Only the first end counts.
    pub(crate) fn finish(&self, code: Code) {
        // The flag guards nothing but itself.
        if self.span.is_disabled() || self.finished.swap(true, Ordering::Relaxed) {
            return;
        }
        let name = code_name(code);
        self.span.record("rpc.response.status_code", name);
        if is_server_fault(code) {
            self.span.record("error.type", name);
        }
    }

    /// Records the status that the call failed with, and says so in the log.
    pub(crate) fn fail(&self, status: &Status) {
        self.within(|| tracing::debug!(%status, "the call failed"));
        self.finish(status.code());
    }
}

impl Drop for CallSpan {
    fn drop(&mut self) {
        self.finish(Code::Cancelled);
    }
}

/// The codes that the conventions count as errors of a server; the others are the client's.
pub(crate) fn is_server_fault(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

/// The name of a code in the gRPC specification.
fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
