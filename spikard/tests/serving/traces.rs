//! The trace of the client, which the span of a call continues.

use opentelemetry::trace::{SpanId, TraceId, TracerProvider as _};
use opentelemetry::{Value, global};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use spikard::{GrpcRequest, GrpcResponse, Server, Status, grpc_stream};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::support::{Running, framed, raw_body, raw_call};

#[grpc_stream(service = "test.Traces")]
async fn work(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    tracing::info_span!("reserve").in_scope(|| {});
    Ok(GrpcResponse::from(request.payload))
}

#[tokio::test]
async fn a_span_continues_the_trace_of_its_client() {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let subscriber = tracing_subscriber::registry().with(layer);
    let _guard = tracing::subscriber::set_default(subscriber);

    let running = Running::start(Server::builder().add(Work)).await;
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let headers = [("traceparent", parent)];
    let empty = || framed(false, b"");
    raw_body(running.addr, "/test.Traces/Work", &headers, empty()).await;
    raw_call(running.addr, "/test.Traces/Nothing", &headers, empty()).await;
    raw_body(running.addr, "/test.Traces/Work", &[], empty()).await;

    provider.force_flush().unwrap();
    let spans = exporter.get_finished_spans().unwrap();
    let trace = TraceId::from_hex("0af7651916cd43dd8448eb211c80319c").unwrap();
    let of_trace = |name: &str| {
        let mut spans = spans.iter();
        spans.find(|span| span.name == name && span.span_context.trace_id() == trace)
    };
    let call = of_trace("test.Traces/Work").unwrap();
    assert_eq!(
        call.parent_span_id,
        SpanId::from_hex("b7ad6b7169203331").unwrap()
    );
    assert_eq!(
        of_trace("reserve").unwrap().parent_span_id,
        call.span_context.span_id()
    );
    let code = call.attributes.iter();
    let code = code.filter(|pair| pair.key.as_str() == "rpc.response.status_code");
    let codes: Vec<_> = code.map(|pair| pair.value.clone()).collect();
    assert_eq!(codes, [Value::from("OK")]);
    assert!(of_trace("_OTHER").is_some(), "{spans:#?}");
    let others = spans
        .iter()
        .filter(|span| span.span_context.trace_id() != trace);
    assert!(
        others.count() >= 2,
        "a call without a trace has one of its own"
    );
}
