//! The tracing span of a call, in the names of OpenTelemetry's conventions for RPC; with it, the counters of its method.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use tracing::field::Empty;
use tracing::{Instrument, Span};

use crate::stats::{CallRecord, Flow, Limit, code_name};
use crate::{Code, Status};

use super::Call;

/// The bytes before each message: its flag and its length.
const PREFIX: u64 = 5;

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
    finished: bool,
    /// `None` where nobody counts.
    record: Option<CallRecord>,
    /// The call, while its request arrives.
    arriving: Option<Arc<Call>>,
    /// The bytes of the response so far, prefixes included.
    sent_bytes: u64,
}

impl CallSpan {
    pub(crate) fn new(
        service: &str,
        method: &str,
        peer: Option<SocketAddr>,
        record: Option<CallRecord>,
    ) -> Self {
        Self::of_method(format_args!("{service}/{method}"), None, peer, record)
    }

    /// The span of a call to a path that names no method. Its name is the same for all paths, which clients choose.
    pub(crate) fn of_unknown(
        path: &str,
        peer: Option<SocketAddr>,
        record: Option<CallRecord>,
    ) -> Self {
        Self::of_method(format_args!("_OTHER"), Some(path), peer, record)
    }

    fn of_method(
        name: fmt::Arguments<'_>,
        path: Option<&str>,
        peer: Option<SocketAddr>,
        record: Option<CallRecord>,
    ) -> Self {
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
            finished: false,
            record,
            arriving: None,
            sent_bytes: 0,
        }
    }

    /// Continues the trace of the client, which the headers of its request name.
    #[cfg(feature = "otel")]
    pub(crate) fn continues(self, headers: &http::HeaderMap) -> Self {
        super::trace_context::continue_in(&self.span, headers);
        self
    }

    /// Without OpenTelemetry, there is no trace.
    #[cfg(not(feature = "otel"))]
    pub(crate) fn continues(self, _: &http::HeaderMap) -> Self {
        self
    }

    /// Runs `future` inside the span.
    pub(crate) fn of<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        future.instrument(self.span.clone())
    }

    /// Runs `work` inside the span.
    pub(crate) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        self.span.in_scope(work)
    }

    /// When the request arrived, if the call is measured.
    pub(crate) fn measured_from(&self) -> Option<Instant> {
        self.record.as_ref()?.measured_from()
    }

    /// The call whose request arrives now.
    pub(crate) fn receives(&mut self, call: &Arc<Call>) {
        self.arriving = self.record.is_some().then(|| call.clone());
    }

    /// Nothing more arrives: takes down what did, and lets go of the call.
    pub(crate) fn received(&mut self) {
        if let (Some(record), Some(call)) = (&mut self.record, self.arriving.take()) {
            call.progress.take_down(record);
        }
    }

    /// The handler has answered with all that it will.
    pub(crate) fn answered(&mut self) {
        if let Some(record) = &mut self.record {
            record.answered();
        }
    }

    /// A piece of the response has been handed to HTTP/2; with it, so many messages have been.
    pub(crate) fn sent(&mut self, bytes: usize, messages: u64) {
        if let Some(record) = &mut self.record {
            self.sent_bytes += bytes as u64;
            record.sent = Flow {
                messages,
                bytes: self.sent_bytes.saturating_sub(messages * PREFIX),
            };
        }
    }

    /// Notes which limit the call was refused by: before its status is cut to what a client takes.
    pub(crate) fn refused(&mut self, status: &Status) {
        if let Some(record) = &mut self.record {
            record.refused(Limit::of(status));
        }
    }

    /// Records the status that the call ended with. Only the first end counts.
    pub(crate) fn finish(&mut self, code: Code) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        if !self.span.is_disabled() {
            let name = code_name(code);
            self.span.record("rpc.response.status_code", name);
            if is_server_fault(code) {
                self.span.record("error.type", name);
            }
        }
        self.received();
        if let Some(record) = &self.record {
            // Those who are told write in the span of the call.
            let _in = record.measured_from().map(|_| self.span.enter());
            record.ended(code);
        }
    }

    /// Records the status that the call failed with, and says so in the log.
    pub(crate) fn fail(&mut self, status: &Status) {
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
