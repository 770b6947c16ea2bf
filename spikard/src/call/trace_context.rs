//! The trace of the client, which the span of a call continues.

use http::HeaderMap;
use opentelemetry::global;
use opentelemetry::propagation::Extractor;
use opentelemetry::trace::TraceContextExt as _;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Continues the trace that the headers name, such as `traceparent`, by the propagator that the program has set.
///
/// It is called before anything runs in the span, which would begin a trace of its own.
pub(super) fn continue_in(span: &Span, headers: &HeaderMap) {
    if span.is_disabled() {
        return;
    }
    let headers = Headers(headers);
    let context = global::get_text_map_propagator(|propagator| propagator.extract(&headers));
    if context.span().span_context().is_valid() {
        // An error means that the subscriber has no layer of tracing-opentelemetry.
        let _ = span.set_parent(context);
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}
